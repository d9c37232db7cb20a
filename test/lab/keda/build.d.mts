/** Path of the built program that runs KEDA's admission and cron scaler. */
export declare const kedaAdmission: string
/** KEDA's CustomResourceDefinition of ScaledObjects. */
export declare const scaledObjectDefinition: string
