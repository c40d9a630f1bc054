/** Where the model is checked in. */
export const modelFile: string;
/** The model of a running API server, as the text of the file. */
export function modelOf(server: string, token: string): Promise<string>;
