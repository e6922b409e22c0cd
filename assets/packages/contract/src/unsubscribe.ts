/** Ends what it was given for. Calling it again does nothing. */
export type Unsubscribe = () => void;
