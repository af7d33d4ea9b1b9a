package io.github.gracefulshutdown.autoconfigure.caller;

import org.jspecify.annotations.Nullable;

/**
 * An instance of another service, as its caller knows it.
 *
 * @param service the name of the service
 * @param address the host and the port
 * @param id the identifier that its registration tells, from its start to its end
 */
record CalledInstance(String service, String address, @Nullable String id) {

	boolean isAt(CalledInstance other) {
		return this.address.equals(other.address) && this.service.equals(other.service);
	}

	@Override
	public String toString() {
		return this.service + " at " + this.address;
	}

}
