import type { Context } from "../service.js";

type Value = boolean | string | number | { readonly [key: string]: Value };

/** A flag of the specification's tests: what is sent of it depends on who asks. */
type Flag = (context: Context) => object;

const PICTURES = { showImages: true, title: "Check out these pics!", imagesPerPage: 100 };

/** A flag whose variants are told apart by a rule, or that has one for everybody. */
function answered(variant: string, value: Value, more: object = {}): object {
  return { isActive: { BOOL: value !== false }, variant: { S: variant }, value: wire(value), ...more };
}

const always =
  (variant: string, value: Value, more?: object): Flag =>
  () =>
    answered(variant, value, more);

/** Zero for everybody: for somebody with that address because a rule says so. */
const targeted = (zero: Value) => always("zero", zero);

/** Switched off: no variant is chosen. */
const disabled: Flag = () => ({ isActive: { BOOL: false } });

const METADATA = { string: "1.0.2", integer: 2, boolean: true, float: 0.1 };

const FLAGS: Readonly<Record<string, Flag>> = {
  "boolean-flag": always("on", true),
  "string-flag": always("greeting", "hi"),
  "integer-flag": always("ten", 10),
  "float-flag": always("half", 0.5),
  "object-flag": always("template", PICTURES),
  "boolean-zero-flag": always("zero", false),
  "string-zero-flag": always("zero", ""),
  "integer-zero-flag": always("zero", 0),
  "float-zero-flag": always("zero", 0),
  "object-zero-flag": always("zero", {}),
  "boolean-targeted-zero-flag": targeted(false),
  "string-targeted-zero-flag": targeted(""),
  "integer-targeted-zero-flag": targeted(0),
  "float-targeted-zero-flag": targeted(0),
  "object-targeted-zero-flag": targeted({}),
  "boolean-disabled-flag": disabled,
  "string-disabled-flag": disabled,
  "integer-disabled-flag": disabled,
  "float-disabled-flag": disabled,
  "object-disabled-flag": disabled,
  "metadata-flag": always("on", true, { metadata: wire(METADATA) }),
  "wrong-flag": always("one", "uno"),
  "context-aware": ({ fn, ln, age, customer }) =>
    fn === "Sulisław" && ln === "Świętopełk" && age === 29 && customer === false
      ? answered("internal", "INTERNAL")
      : answered("external", "EXTERNAL"),
  "complex-targeted": ({ email, age, customer }) =>
    customer === false && email === "ballmer@macrosoft.com" && Number(age) > 10
      ? answered("internal", "INTERNAL")
      : answered("external", "EXTERNAL"),
};

/** The items that the service sends to a client. */
export function itemsFor(context: Context): readonly object[] {
  return Object.entries(FLAGS).map(([id, flag]) => ({ featureId: { S: id }, ...flag(context) }));
}

/** A value in DynamoDB's JSON. */
function wire(value: Value): object {
  switch (typeof value) {
    case "boolean":
      return { BOOL: value };
    case "string":
      return { S: value };
    case "number":
      return { N: String(value) };
    default:
      return { M: Object.fromEntries(Object.entries(value).map(([key, each]) => [key, wire(each)])) };
  }
}
