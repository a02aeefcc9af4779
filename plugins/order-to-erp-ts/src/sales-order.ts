/**
 * The ERP's sales order, as it is sent. Amounts are JSON strings: a receiver that reads JSON numbers as floats would
 * round them.
 */

import { type Decimal, idempotencyKey, Output } from "@gantry/sdk";
import { lookup, type Rows } from "@gantry/sdk/lookup";

export interface SalesOrder {
  /** What the ERP calls this kind of document. */
  readonly document_type: "sales_order";
  /** The shop's order number. */
  readonly external_number: string;
  /** The day it was ordered. */
  readonly order_date: string;
  /** The day the customer asked for. */
  readonly requested_date: string | null;
  /** The day it left, for orders of the past. */
  readonly shipped_date: string | null;
  /** The shop's customer number. */
  readonly customer_number: string;
  /** Where it goes. */
  readonly ship_to: ShipTo;
  /** ISO 4217. */
  readonly currency: string;
  /** What was ordered. */
  readonly lines: readonly Line[];
  /** Sum of the lines. */
  readonly net_total: Decimal;
  /** Cost of freight. */
  readonly freight: Decimal;
  /** Lines and freight. */
  readonly total: Decimal;
}

/** Where an order goes. */
export interface ShipTo {
  /** Person or company. */
  readonly name: string;
  /** Street and house number. */
  readonly street: string;
  /** Not every country has them. */
  readonly postal_code: string | null;
  readonly city: string;
  /** State or province. */
  readonly region: string | null;
  /** ISO 3166 alpha-2. */
  readonly country: string;
}

/** One line of an order. */
export interface Line {
  /** 10, 20, 30 … */
  readonly position: number;
  /** The ERP's article number. */
  readonly item: string;
  /** What the table of products calls it. */
  readonly description: string | null;
  /** How many. */
  readonly quantity: number;
  /** Price of one, before the discount. */
  readonly unit_price: Decimal;
  /** 0 to 100. */
  readonly discount_percent: Decimal;
  /** Price of all, after the discount. */
  readonly amount: Decimal;
}

/** What the plugin takes of a row of the table of products: its name, by one of the columns that usually hold it. */
export interface Product {
  readonly name?: string | null;
  readonly description?: string | null;
  readonly ProductName?: string | null;
}

/** The products of these article numbers. */
export function productsOf(numbers: readonly string[]): Rows<Product> {
  return lookup("products", numbers);
}

export function nameOf(product: Product | null): string | null {
  return product?.name ?? product?.description ?? product?.ProductName ?? null;
}

/** The order as a message; a repetition of the same order number is recognised by its idempotency key. */
export function intoOutput(order: SalesOrder): Output {
  return Output.json(order, { idempotencyKey: idempotencyKey(`order-${order.external_number}`) });
}
