export { microsoft365Connector } from './connector.ts';
