package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/**
 * Refuses values that make no sense, alone or together. A default that does not fit below
 * what the user set is no contradiction: every stage is cut to what remains anyway.
 */
final class ShutdownPropertiesValidator {

	private static final String PREFIX = "graceful.shutdown.";

	private static final Duration LONGEST = Duration.ofDays(1);

	private static final Set<String> SIGNALS = Set.of("INT", "TERM");

	private final Binder binder;

	private final Budget budget;

	ShutdownPropertiesValidator(Binder binder, Budget budget) {
		this.binder = binder;
		this.budget = budget;
	}

	void validate(GracefulShutdownProperties properties) {
		Setting timeout = grown(setting("timeout", properties.getTimeout()), this.budget.times().timeout());
		Setting deregistration = setting("deregistration.timeout", properties.getDeregistration().getTimeout());
		Setting quietPeriod = setting("lame-duck.quiet-period", properties.getLameDuck().getQuietPeriod());
		Setting maximum = setting("lame-duck.maximum", properties.getLameDuck().getMaximum());
		Setting drain = setting("drain.timeout", properties.getDrain().getTimeout());
		Setting teardown = setting("teardown.timeout", properties.getTeardown().getTimeout());
		Duration minimumValue = properties.getLameDuck().getMinimum();
		@Nullable Setting minimum = (minimumValue != null) ? setting("lame-duck.minimum", minimumValue) : null;

		if (timeout.value().isZero()) {
			throw new InvalidConfigurationPropertyValueException(timeout.key(), timeout.value(),
					"A shutdown needs some time: set at least one second.");
		}
		requireNotLonger(deregistration, timeout);
		requireNotLonger(maximum, timeout);
		requireNotLonger(drain, timeout);
		requireNotLonger(setting("executors.timeout", properties.getExecutors().getTimeout()), timeout);
		requireNotLonger(teardown, timeout);
		Setting longestLameDuck = grown(maximum, this.budget.times().lameDuckMaximum());
		requireNotLonger(quietPeriod, longestLameDuck);
		if (minimum != null) {
			requireNotLonger(minimum, longestLameDuck);
		}
		requireNotLonger(setting("websocket.spread", properties.getWebsocket().getSpread()), drain);
		int closeCode = properties.getWebsocket().getCloseCode();
		if (closeCode != 1001 && closeCode != 1012) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + "websocket.close-code", closeCode,
					"Use 1012 (service restart) or 1001 (going away).");
		}
		int healthChecks = properties.getLameDuck().getHealthChecks();
		if (healthChecks < 0) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + "lame-duck.health-checks", healthChecks,
					"A number of health checks is zero or more.");
		}
		int exitCode = properties.getForceExit().getExitCode();
		if (exitCode < 0 || exitCode > 255) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + "force-exit.exit-code", exitCode,
					"An exit code is a number from 0 to 255.");
		}
		Duration gracePeriod = properties.getPlatform().getGracePeriod();
		if (gracePeriod != null) {
			setting("platform.grace-period", gracePeriod);
		}
		setting("platform.pre-stop", properties.getPlatform().getPreStop());
		GracefulShutdownProperties.SecondSignal secondSignal = properties.getSecondSignal();
		requireNotLonger(setting("second-signal.grace", secondSignal.getGrace()), timeout);
		secondSignal.getSignals().forEach(ShutdownPropertiesValidator::requireSignal);
		validate(properties.getCaller());
		properties.getStreams().getMediaTypes().forEach(ShutdownPropertiesValidator::requireMediaType);
		properties.getGrpc().getEndlessMethods().forEach(ShutdownPropertiesValidator::requireMethod);
	}

	private void validate(GracefulShutdownProperties.Caller caller) {
		setting("caller.eviction-time", caller.getEvictionTime());
		GracefulShutdownProperties.Caller.Retry retry = caller.getRetry();
		if (retry.getMaxInstances() < 1) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + "caller.retry.max-instances",
					retry.getMaxInstances(), "A call goes to one instance at least: 1 allows no retry.");
		}
		if (!(retry.getBudget() >= 0 && retry.getBudget() <= 1)) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + "caller.retry.budget", retry.getBudget(),
					"A budget is a share of the calls, from 0 to 1.");
		}
		if (retry.getMaxBodySize().isNegative() || retry.getMaxBodySize().toBytes() > Integer.MAX_VALUE) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + "caller.retry.max-body-size",
					retry.getMaxBodySize(), "A body is kept in memory: set a size from 0 to 2047MB.");
		}
	}

	private static void requireSignal(String signal) {
		if (!SIGNALS.contains(signal)) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + "second-signal.signals", signal,
					"The signals that end a process are INT and TERM.");
		}
	}

	private static void requireMediaType(String mediaType) {
		try {
			MimeType parsed = MimeTypeUtils.parseMimeType(mediaType);
			if (parsed.isConcrete() && parsed.getParameters().isEmpty()) {
				return;
			}
		}
		catch (InvalidMimeTypeException ex) {
			// Refused as well.
		}
		throw new InvalidConfigurationPropertyValueException(PREFIX + "streams.media-types", mediaType,
				"A media type is a type and a subtype without parameters, such as text/event-stream.");
	}

	private static void requireMethod(String method) {
		if (!method.matches("[^\\s/]+/[^\\s/]+")) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + "grpc.endless-methods", method,
					"A method is named 'package.Service/Method', with * for any characters in a name.");
		}
	}

	/** Returns the setting with what it has grown to, into which more fits. */
	private static Setting grown(Setting setting, Duration by) {
		return (by.compareTo(setting.value()) > 0) ? new Setting(setting.key(), by, setting.set()) : setting;
	}

	private Setting setting(String name, Duration value) {
		String key = PREFIX + name;
		if (value.isNegative()) {
			throw new InvalidConfigurationPropertyValueException(key, value, "A duration must not be negative.");
		}
		if (value.compareTo(LONGEST) > 0) {
			throw new InvalidConfigurationPropertyValueException(key, value,
					"A duration must not be longer than a day.");
		}
		return new Setting(key, value, this.binder.bind(key, String.class).isBound());
	}

	private static void requireNotLonger(Setting part, Setting whole) {
		if (part.set() && part.value().compareTo(whole.value()) > 0) {
			throw new ContradictoryDurationsException(part.key(), part.value(), whole.key(), whole.value());
		}
	}

	private record Setting(String key, Duration value, boolean set) {
	}

}
