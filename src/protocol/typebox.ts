/**
 * The one door to typebox. The build packs this file with all that it imports into one: seven hundred small modules cost each
 * thread half a second of its start (native-notes/start.md). From a second copy the compiler would not know these types' refinements.
 */
export { default as Type, type Static, type TProperties, type TSchema } from 'typebox';
export { Compile } from 'typebox/compile';
