export { s3Connector } from './connector.ts';
export { type S3Settings, s3Settings } from './settings.ts';
