package io.github.gracefulshutdown.autoconfigure.registry;

import io.github.gracefulshutdown.autoconfigure.InstanceId;

import org.springframework.context.SmartLifecycle;

/**
 * Has an application that is started again, as after a checkpoint, registered as the new
 * instance that it is. Starts when that has its identifier, and before it is registered.
 */
final class RestoredRegistrationsLifecycle implements SmartLifecycle {

	private final RegistrationSource registrations;

	private final InstanceId instance;

	private volatile boolean running;

	private volatile boolean stopped;

	RestoredRegistrationsLifecycle(RegistrationSource registrations, InstanceId instance) {
		this.registrations = registrations;
		this.instance = instance;
	}

	@Override
	public void start() {
		if (this.stopped) {
			this.stopped = false;
			this.registrations.identify(this.instance.value());
		}
		this.running = true;
	}

	@Override
	public void stop() {
		this.stopped = true;
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return Integer.MIN_VALUE + 1;
	}

	/** Declares that a paused context, as Spring 7 has, is the same instance. */
	@SuppressWarnings("MissingOverride") // Spring 6 does not have it
	public boolean isPauseable() {
		return false;
	}

}
