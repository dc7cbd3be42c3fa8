export { googleConnector } from './connector.ts';
