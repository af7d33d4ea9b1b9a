package io.github.gracefulshutdown.autoconfigure;

import java.util.UUID;

/**
 * Name of this instance from its start to its end. The instance that replaces it, on the
 * same address perhaps, has another, so that a caller can tell one from the other. Each
 * process that is restored from a checkpoint gets one of its own, so it is to be asked
 * for when it is needed.
 */
public final class InstanceId {

	/** Name of the entry in the metadata of a registration that has the identifier. */
	public static final String METADATA_NAME = "graceful-shutdown-instance";

	private volatile String value = UUID.randomUUID().toString();

	/**
	 * Returns the identifier.
	 * @return a text that no other instance has
	 */
	public String value() {
		return this.value;
	}

	/** Takes another, as what was started again. */
	void renew() {
		this.value = UUID.randomUUID().toString();
	}

}
