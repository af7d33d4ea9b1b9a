package io.github.gracefulshutdown.autoconfigure;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Makes an application that is started again another instance. So is each process that is
 * restored from a checkpoint (CRaC, SnapStart), for which Spring stops the application
 * before and starts it after: with what was learnt before, all of them would be one. It
 * is the first to start, so that whatever else starts is of the new instance.
 */
final class RestoredInstanceLifecycle implements SmartLifecycle {

	/** That of the first to start. */
	static final int PHASE = Integer.MIN_VALUE;

	private final InstanceId instance;

	private final Probers probers;

	private final ListableBeanFactory beanFactory;

	private volatile boolean running;

	private volatile boolean stopped;

	RestoredInstanceLifecycle(InstanceId instance, Probers probers, ListableBeanFactory beanFactory) {
		this.instance = instance;
		this.probers = probers;
		this.beanFactory = beanFactory;
	}

	@Override
	public void start() {
		if (this.stopped) {
			this.stopped = false;
			this.instance.renew();
			this.probers.forget();
			// Not those of a parent, which is an instance of its own.
			CreatedBeans.ofType(this.beanFactory, RestoredInstanceListener.class)
				.values()
				.forEach((listener) -> listener.restored(this.instance));
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
		return PHASE;
	}

	/** Declares that a paused context, as Spring 7 has, is the same instance. */
	@SuppressWarnings("MissingOverride") // Spring 6 does not have it
	public boolean isPauseable() {
		return false;
	}

}
