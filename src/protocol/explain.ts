/**
 * Says in the reference's words what is wrong with a value that failed its schema. Walks the schema, never the depth
 * of the value, so hostile nesting costs nothing. Runs on failure only.
 */

import { notOfType, SAME_PATH } from './schema-parts.js';
import type { TSchema } from './typebox.js';
import { valueText } from './value-text.js';

/** The JSON Schema keywords our schemas use. */
interface Keywords {
  readonly type?: string;
  readonly title?: string;
  readonly properties?: Readonly<Record<string, Keywords>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly patternProperties?: Readonly<Record<string, Keywords>>;
  readonly items?: Keywords | readonly Keywords[];
  readonly uniqueItems?: boolean;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Keywords[];
  readonly '~refine'?: readonly { check(value: unknown): boolean; error(value: unknown): string }[];
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'dict',
  array: 'list',
  string: 'str',
  integer: 'int',
  number: 'float',
  boolean: 'bool',
  null: 'NoneType',
};

/**
 * The first violation found: missing members, then members in the value's order, then rules across members.
 * `path` is how the text names the value, such as `request`. Undefined when the value obeys the schema.
 */
export function explain(schema: TSchema, value: unknown, path: string): string | undefined {
  return explainAt(schema as Keywords, value, path);
}

function explainAt(schema: Keywords, value: unknown, path: string): string | undefined {
  const problem =
    schema.anyOf !== undefined
      ? explainUnion(schema.anyOf, value, path)
      : schema.type === 'object'
        ? explainObject(schema, value, path)
        : schema.type === 'array'
          ? explainArray(schema, value, path)
          : explainScalar(schema, value, path);
  if (problem !== undefined) return problem;
  const broken = schema['~refine']?.find((rule) => !rule.check(value));
  return broken === undefined ? undefined : path + broken.error(value).replaceAll(SAME_PATH, path);
}

function explainUnion(branches: readonly Keywords[], value: unknown, path: string): string | undefined {
  let first: string | undefined;
  for (const branch of branches) {
    const problem = explainAt(branch, value, path);
    if (problem === undefined) return undefined;
    first ??= problem;
  }
  return first;
}

function explainObject(schema: Keywords, value: unknown, path: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return path + notOfType('dict')(value);
  }
  const missing = schema.required?.find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) return `${path}['${missing}'] is missing`;
  for (const [key, member] of Object.entries(value)) {
    const memberPath = `${path}['${shortened(key)}']`;
    const memberSchema = memberSchemaOf(schema, key);
    if (memberSchema !== undefined) {
      const problem = explainAt(memberSchema, member, memberPath);
      if (problem !== undefined) return problem;
    } else if (schema.additionalProperties === false) {
      return `${memberPath} is not in the schema`;
    }
  }
  return undefined;
}

function memberSchemaOf(schema: Keywords, key: string): Keywords | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  for (const [pattern, member] of Object.entries(schema.patternProperties ?? {})) {
    if (new RegExp(pattern, 'u').test(key)) return member;
  }
  return undefined;
}

function explainArray(schema: Keywords, value: unknown, path: string): string | undefined {
  if (!Array.isArray(value)) return path + notOfType('list')(value);
  const { items } = schema;
  if (isTuple(items)) {
    if (value.length < items.length) return `${path}[${value.length}] is missing`;
    if (value.length > items.length) return `${path}[${items.length}] is not in the schema`;
  }
  for (const [index, item] of value.entries()) {
    const itemSchema = isTuple(items) ? items[index] : items;
    const problem = itemSchema && explainAt(itemSchema, item, `${path}[${index}]`);
    if (problem !== undefined) return problem;
  }
  if (schema.uniqueItems && new Set(value).size !== value.length) return path + notOfType('unique')(value);
  return undefined;
}

function isTuple(items: Keywords['items']): items is readonly Keywords[] {
  return Array.isArray(items);
}

function explainScalar(schema: Keywords, value: unknown, path: string): string | undefined {
  const { type, title } = schema;
  const allowed = schema.enum ?? ('const' in schema ? [schema.const] : undefined);
  if (allowed !== undefined) {
    if (allowed.includes(value)) return undefined;
    return `${path} (value:${valueText(value)}) is not one of ${allowed.map(valueText).join(', ')}`;
  }
  if (title === 'username' && typeof value !== 'string') {
    const shown = `${path} (value:${valueText(value)}) is not of type`;
    return `${shown} 'valid_username': ${valueText(value)} is not a string and ${shown} 'str'`;
  }
  if (!hasType(type, value)) return path + notOfType(title ?? TYPE_NAMES[type ?? ''] ?? 'value')(value);
  const broken = typeof value === 'number' ? brokenBound(schema, value) : brokenText(schema, value);
  if (broken === undefined) return undefined;
  return title === undefined
    ? `${path} (value:${valueText(value)}) ${broken}`
    : path + notOfType(title)(value);
}

function hasType(type: string | undefined, value: unknown): boolean {
  if (type === undefined) return true;
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'null') return value === null;
  // A schema without a kind of its own, such as bytes, is judged by its refinement.
  return typeof value === type;
}

function brokenBound(schema: Keywords, value: number): string | undefined {
  const { minimum, exclusiveMinimum, maximum, multipleOf } = schema;
  if (minimum !== undefined && !(value >= minimum)) return `is not greater than or equal to ${minimum}`;
  if (exclusiveMinimum !== undefined && !(value > exclusiveMinimum))
    return `is not greater than ${exclusiveMinimum}`;
  if (maximum !== undefined && !(value <= maximum)) return `is not less than or equal to ${maximum}`;
  if (multipleOf !== undefined && value % multipleOf !== 0) return `is not a multiple of ${multipleOf}`;
  return undefined;
}

function brokenText(schema: Keywords, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    return `does not match ${schema.pattern}`;
  }
  const { maxLength } = schema;
  // Lengths count code points.
  if (maxLength !== undefined && value.length > maxLength && [...value].length > maxLength) {
    return `is longer than ${maxLength} characters`;
  }
  return undefined;
}

function shortened(key: string): string {
  return key.length > 60 ? `${key.slice(0, 60)}...` : key;
}
