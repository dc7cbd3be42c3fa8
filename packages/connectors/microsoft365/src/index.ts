export { microsoft365By, microsoft365Connector } from './connector.ts';
