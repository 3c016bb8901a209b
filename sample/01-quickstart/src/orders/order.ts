/** What customers order. */
export interface Order {
  readonly id: number;
  readonly item: string;
  readonly quantity: number;
  /** Which instance of the service answered; shows how calls are balanced. */
  readonly servedBy: string;
}

export interface OrderStatus {
  readonly id: number;
  readonly status: 'received' | 'packed' | 'shipped' | 'delivered';
}
