/** The token of the resolved options of `ManagementModule`. */
export const MANAGEMENT_OPTIONS = Symbol('MANAGEMENT_OPTIONS');
