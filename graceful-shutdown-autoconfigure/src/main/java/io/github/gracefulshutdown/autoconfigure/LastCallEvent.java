package io.github.gracefulshutdown.autoconfigure;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Published when the lame duck is over, just before requests are refused: the last moment
 * to send clients with open connections elsewhere. The instance serves on until the
 * listeners have returned, at most for a second.
 */
public final class LastCallEvent extends ApplicationEvent {

	LastCallEvent(ConfigurableApplicationContext source) {
		super(source);
	}

}
