import { Anchor, type AnchorProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

type Props = AnchorProps &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof AnchorProps> & { readonly ref?: Ref<HTMLAnchorElement> };

/** A link within the dashboard, in the text's clothes. The router knows its paths, their parameters and their search. */
export const TextLink = createLink((props: Props) => <Anchor {...props} />);
