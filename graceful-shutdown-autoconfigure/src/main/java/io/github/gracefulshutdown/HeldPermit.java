package io.github.gracefulshutdown;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/** A permit that is taken once. */
final class HeldPermit {

	private final AtomicReference<@Nullable Permit> permit;

	private final String description;

	HeldPermit(Permit permit, String description) {
		this.permit = new AtomicReference<>(permit);
		this.description = description;
	}

	Permit take() {
		Permit taken = this.permit.getAndSet(null);
		if (taken == null) {
			throw new IllegalStateException(
					"'%s' has run already and its permit was given back: wrap it again for another run"
						.formatted(this.description));
		}
		return taken;
	}

}
