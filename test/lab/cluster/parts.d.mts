/** Release of Kubernetes that the lab runs. */
export declare const kubernetesVersion: string
/** Where built parts are kept. */
export declare const cache: string
/** Directory of custom resource definitions. */
export declare const definitions: string
/** Path of a program of the control plane. */
export declare function part(
  name: 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler',
): string | undefined
