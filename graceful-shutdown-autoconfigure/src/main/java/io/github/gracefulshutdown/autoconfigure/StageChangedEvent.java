package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Published when the instance has entered another {@link Stage}. Listeners run one stage
 * after the other on a thread of the shutdown, which waits for them for at most a second.
 */
public final class StageChangedEvent extends ApplicationEvent {

	private final Stage previousStage;

	private final Stage stage;

	private final Duration timeInPreviousStage;

	private final Outcome outcome;

	StageChangedEvent(ConfigurableApplicationContext source, Stage previousStage, Stage stage,
			Duration timeInPreviousStage, Outcome outcome) {
		super(source);
		this.previousStage = previousStage;
		this.stage = stage;
		this.timeInPreviousStage = timeInPreviousStage;
		this.outcome = outcome;
	}

	/**
	 * Returns the stage that was left.
	 * @return the previous stage
	 */
	public Stage getPreviousStage() {
		return this.previousStage;
	}

	/**
	 * Returns the stage that was entered.
	 * @return the stage
	 */
	public Stage getStage() {
		return this.stage;
	}

	/**
	 * Returns how long the instance was in the stage that was left.
	 * @return the time in the previous stage
	 */
	public Duration getTimeInPreviousStage() {
		return this.timeInPreviousStage;
	}

	/**
	 * Returns how the drain went so far.
	 * @return {@link Outcome#CLEAN} as long as no work was left behind
	 */
	public Outcome getOutcome() {
		return this.outcome;
	}

}
