/**
 * Microsoft's own web parts by type. Those of v1.0 may be written; pages with the others can only be read, published and
 * deleted. Source: devblogs.microsoft.com/microsoft365dev/microsoft-graph-api-for-sharepoint-pages-is-now-generally-available.
 */
export const WEB_PARTS = {
  image: 'd1d91016-032f-456d-98a4-721247c305e8',
  imageGallery: 'af8be689-990e-492a-81f7-ba3e4cd3ed9c',
  button: '0f087d7f-520e-42b7-89c0-496aaf979d58',
  callToAction: 'df8e44e7-edd5-46d5-90da-aca1539313b8',
  divider: '2161a1c6-db61-4731-b97c-3cdb303f7cbb',
  fileViewer: 'b7dd04e1-19ce-4b24-9132-b60a1c2b910d',
  linkPreview: '6410b3b6-d440-4663-8744-378976dc041e',
  quickLinks: 'c70391ea-0b10-4ee9-b2b4-006d3fcad0cd',
  people: '7f718435-ee4d-431c-bdbf-9c4ff326f46e',
  bingMaps: 'e377ea37-9047-43b9-8cdb-a761be2f8e09',
  spacer: '8654b779-4886-46d4-8ffb-b5ed960ee986',
  youTube: '544dd15b-cf3c-441b-96da-004d5a8cea1d',
  orgChart: 'e84a8ca2-f63c-4fb9-bc0b-d8eef5ccb22b',
  hero: 'c4bd7b2f-7b6e-4599-8485-16504575f590',
  list: 'f92bf067-bc19-489e-a556-7fe95f508720',
  news: '8c88f208-6c77-4bdb-86a0-0c47b4316588',
  events: '20745d7d-8581-4a6c-bf26-68279bc123fc',
  highlightedContent: 'daf0b71c-6de8-4ef7-b511-faae7c388708',
  siteActivity: 'eb95c819-ab8f-4689-bd03-0c2d65d47b1f',
} as const;

const READ_ONLY: ReadonlySet<string> = new Set([
  WEB_PARTS.hero,
  WEB_PARTS.list,
  WEB_PARTS.news,
  WEB_PARTS.events,
  WEB_PARTS.highlightedContent,
  WEB_PARTS.siteActivity,
]);

/** Whether an app may write it; parts of others than Microsoft may all be. */
export function isWritable(webPartType: string): boolean {
  return !READ_ONLY.has(webPartType.toLowerCase());
}
