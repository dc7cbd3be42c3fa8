/**
 * Files into which SharePoint writes properties of the library when they are uploaded: size and hash become others than
 * those of what was sent. Source: the vendor's page on property promotion, and what clients tell of it (rclone's page on
 * OneDrive).
 */
const REWRITTEN = /\.(?:do[ct]|do[ct][xm]|xl[st]|xl[st][xm]|xlsb|ppt|pot|pps|pp[ts][xm]|pot[xm]|vsd[xm]|pub|mpp)$/i;

export const isRewritten = (name: string): boolean => REWRITTEN.test(name);
