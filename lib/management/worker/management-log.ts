/** Where the management application says what people should know. Must return while the service is stuck. */
export interface ManagementLog {
  info(text: string): void;
  warn(text: string): void;
}
