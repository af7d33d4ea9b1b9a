package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.springframework.core.env.Environment;

/**
 * Tells systemd, where it wants to be told, that the service stops and how long that may
 * take: a unit whose timeout is shorter waits for so long. It listens to whom the unit
 * says, so that {@code NotifyAccess=all} is needed if the service is not run by root.
 */
final class SystemdNotifier implements DrainParticipant {

	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	private final Environment environment;

	private final ShutdownState state;

	private final GuestRunner guests;

	private final Commands commands;

	private final AtomicBoolean told = new AtomicBoolean();

	/**
	 * Creates the notifier.
	 * @param commands runs {@code systemd-notify}, because there are no datagrams to
	 * sockets of Unix in Java
	 */
	SystemdNotifier(Environment environment, ShutdownState state, GuestRunner guests, Commands commands) {
		this.environment = environment;
		this.state = state;
		this.guests = guests;
		this.commands = commands;
	}

	/**
	 * Tells when the first stage of a shutdown for good begins, and waits for nothing.
	 */
	@Override
	@SuppressWarnings("FutureReturnValueIgnored") // systemd is told, or it is not
	public void stageChanged(StageChangedEvent event) {
		Deadline deadline = this.state.deadline();
		if (deadline == null || !this.state.isClosing() || !this.environment.containsProperty("NOTIFY_SOCKET")
				|| !this.told.compareAndSet(false, true)) {
			return;
		}
		long micros = TimeUnit.NANOSECONDS.toMicros(deadline.remaining().plus(Budget.EXIT).toNanos());
		this.guests.run("systemd", TIMEOUT,
				() -> this.commands.run(List.of("systemd-notify", "STOPPING=1", "EXTEND_TIMEOUT_USEC=" + micros)));
	}

}
