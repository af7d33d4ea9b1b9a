package io.github.gracefulshutdown.autoconfigure;

/** What whoever polls the readiness sees until requests are refused. */
public enum ReadinessPolicy {

	/**
	 * All are refused at once, but the kubelet of a pod that is being deleted: its
	 * deletion has taken the pod out already, and Kubernetes falls back to such pods, if
	 * they are ready, where there are no others.
	 */
	AUTO,

	/** All are refused at once. */
	REFUSE,

	/** All see the readiness as it is, and are refused when requests are. */
	KEEP

}
