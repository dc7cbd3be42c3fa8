import { useMatches } from '@tanstack/react-router';

/** The project that the page is about: of its path, or of the entry that its loader has read. */
export function useProjectOfPage(): number | undefined {
  return useMatches({
    select: (matches) => {
      for (const match of matches) {
        const { projectId } = match.params as { projectId?: number };
        if (projectId !== undefined) return projectId;
        const loaded = match.loaderData as { projectId?: number } | undefined;
        if (loaded?.projectId !== undefined) return loaded.projectId;
      }
      return undefined;
    },
  });
}
