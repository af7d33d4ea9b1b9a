package io.github.gracefulshutdown.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.availability.ApplicationAvailabilityBean;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.AvailabilityState;
import org.springframework.boot.availability.ReadinessState;

/**
 * Spring Boot's view of the states that were published, in which the readiness is refused
 * while it is held, whatever is published meanwhile.
 */
final class HeldAvailability extends ApplicationAvailabilityBean {

	private final Readiness readiness;

	HeldAvailability(Readiness readiness) {
		this.readiness = readiness;
	}

	boolean isHeldBy(Readiness other) {
		return this.readiness == other;
	}

	@Override
	public <S extends AvailabilityState> S getState(Class<S> stateType, S defaultState) {
		return isHeld(stateType) ? stateType.cast(ReadinessState.REFUSING_TRAFFIC)
				: super.getState(stateType, defaultState);
	}

	@Override
	public <S extends AvailabilityState> @Nullable S getState(Class<S> stateType) {
		return isHeld(stateType) ? stateType.cast(ReadinessState.REFUSING_TRAFFIC) : super.getState(stateType);
	}

	@Override
	public <S extends AvailabilityState> @Nullable AvailabilityChangeEvent<S> getLastChangeEvent(Class<S> stateType) {
		AvailabilityChangeEvent<S> last = super.getLastChangeEvent(stateType);
		return (last != null && isHeld(stateType))
				? new AvailabilityChangeEvent<>(last.getSource(), stateType.cast(ReadinessState.REFUSING_TRAFFIC))
				: last;
	}

	private boolean isHeld(Class<?> stateType) {
		return stateType == ReadinessState.class && this.readiness.isHeld();
	}

}
