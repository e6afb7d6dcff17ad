/** A test as it is typed into the form with commits typed by hand, and where the answer leads. */

export const SHA = 'c'.repeat(40);
export const BASE_SHA = 'd'.repeat(40);
/** What a whole test needs beside the defaults of the form. */
export const CODE: Readonly<Record<string, string>> = {
  'test-branch': 'my-idea',
  'test-commit': SHA,
  'base-commit': BASE_SHA,
  'test-signature': '2345678',
  'base-signature': '2345679',
  'run-info': 'Prune more',
};
export const VIEW = /\/tests\/view\/([0-9a-f]{24})\?follow=1$/;
