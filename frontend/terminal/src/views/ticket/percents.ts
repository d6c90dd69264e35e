/** The parts of the buying power that a button or a key puts into the ticket. */
export const PERCENTS = [10, 25, 50, 100] as const;
