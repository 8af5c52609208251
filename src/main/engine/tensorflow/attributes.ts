/** Attributes of raw TensorFlow operations, made once: building them anew would cost as much as a small operation. */
import type { OpAttribute } from './binding.ts';

/** TensorFlow's DataType numbers (tensorflow/core/framework/types.proto). */
export const FLOAT = 1;
export const INT32 = 3;
export const BOOL = 10;
export const BFLOAT16 = 14;

/** TF_AttrType of the C API (tensorflow/c/c_api.h). */
const ATTR_STRING = 0;
const ATTR_INT = 1;
const ATTR_BOOL = 3;
const ATTR_TYPE = 4;
const ATTR_SHAPE = 5;

/** An attribute of an operation, of the type that the name says. */
export const typeAttribute = (name: string, value: number): OpAttribute => ({ name, type: ATTR_TYPE, value });
export const boolAttribute = (name: string, value: boolean): OpAttribute => ({ name, type: ATTR_BOOL, value });
export const intAttribute = (name: string, value: number): OpAttribute => ({ name, type: ATTR_INT, value });
export const stringAttribute = (name: string, value: string): OpAttribute => ({ name, type: ATTR_STRING, value });
export const shapeAttribute = (name: string, value: readonly number[]): OpAttribute => ({
  name,
  type: ATTR_SHAPE,
  value,
});

/** `make` for each key once. */
export function memoize<K, V>(make: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) known.set(key, (value = make(key)));
    return value;
  };
}
