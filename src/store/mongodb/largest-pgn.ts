/** Bytes of a game record that fit into a document of 16 MiB. Apart from what needs the driver: threads of any store ask. */
export const LARGEST_PGN = 16 * 1024 * 1024 - 4096;
