/** The library's enumerations, with its values; their names are those of its documentation. */

export const Side = { Buy: 1, Sell: -1 } as const;
export type Side = (typeof Side)[keyof typeof Side];

export const OrderType = { Limit: 1, Market: 2, Stop: 3, StopLimit: 4 } as const;
export type OrderType = (typeof OrderType)[keyof typeof OrderType];

export const OrderStatus = {
  Canceled: 1,
  Filled: 2,
  Inactive: 3,
  Placing: 4,
  Rejected: 5,
  Working: 6,
} as const;
export type OrderStatus = (typeof OrderStatus)[keyof typeof OrderStatus];

/** What the tables of orders can be narrowed to: an order that is being placed is in all of them. */
export const OrderStatusFilter = {
  All: 0,
  Canceled: 1,
  Filled: 2,
  Inactive: 3,
  Rejected: 5,
  Working: 6,
} as const;
export type OrderStatusFilter = (typeof OrderStatusFilter)[keyof typeof OrderStatusFilter];

export const ParentType = { Order: 1, Position: 2, IndividualPosition: 3 } as const;
export type ParentType = (typeof ParentType)[keyof typeof ParentType];

export const StopType = { StopLoss: 0, TrailingStop: 1, GuaranteedStop: 2 } as const;
export type StopType = (typeof StopType)[keyof typeof StopType];

export const ConnectionStatus = {
  Connected: 1,
  Connecting: 2,
  Disconnected: 3,
  Error: 4,
} as const;
export type ConnectionStatus = (typeof ConnectionStatus)[keyof typeof ConnectionStatus];

export const ConnectionType = { Real: 0, Demo: 1 } as const;
export type ConnectionType = (typeof ConnectionType)[keyof typeof ConnectionType];

export const DisconnectType = {
  LogOut: 0,
  FailedRestoring: 1,
  Offline: 2,
  APIError: 3,
  TwoFactorRequired: 4,
  CancelAuthorization: 5,
  TimeOutForAuthorization: 6,
  OauthError: 7,
  BrokenConnection: 8,
  FailedSignIn: 9,
} as const;
export type DisconnectType = (typeof DisconnectType)[keyof typeof DisconnectType];

export const PriceType = { Limit: 1, Stop: 2 } as const;
export type PriceType = (typeof PriceType)[keyof typeof PriceType];

export const NotificationType = { Error: 0, Success: 1 } as const;
export type NotificationType = (typeof NotificationType)[keyof typeof NotificationType];

/** The field of the order ticket that the cursor is put into. */
export const OrderTicketFocus = {
  LimitPrice: 1,
  StopPrice: 2,
  TakeProfit: 3,
  StopLoss: 4,
  Quantity: 5,
} as const;
export type OrderTicketFocus = (typeof OrderTicketFocus)[keyof typeof OrderTicketFocus];
