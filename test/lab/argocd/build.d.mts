/** Where the built server is kept. */
export declare const cmpServer: string
