package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.core.env.Environment;

/**
 * Finds out what ends this process and how long it waits, by what the process can see.
 * May take a few seconds.
 */
final class PlatformReader {

	private final Environment environment;

	private final GracefulShutdownProperties.Platform settings;

	private final Supplier<Pod.@Nullable Termination> pod;

	private final SystemdUnit unit;

	private final ContainerMarks container;

	/**
	 * Creates a reader.
	 * @param pod how the pod of this process is terminated, if it can be read
	 */
	PlatformReader(Environment environment, GracefulShutdownProperties.Platform settings,
			Supplier<Pod.@Nullable Termination> pod, SystemdUnit unit, ContainerMarks container) {
		this.environment = environment;
		this.settings = settings;
		this.pod = pod;
		this.unit = unit;
		this.container = container;
	}

	/** Returns the grace period, or {@code null} if there is none or no sign of one. */
	@Nullable GracePeriod gracePeriod() {
		Platform cloud = Platform.cloud(this.environment);
		Duration set = this.settings.getGracePeriod();
		if (set != null) {
			return new GracePeriod(set, true, "the grace period of the platform is", platformThatWasTold(cloud), null);
		}
		if (cloud == Platform.KUBERNETES) {
			Pod.Termination read = this.pod.get();
			return (read != null) ? new GracePeriod(read.gracePeriod(), true,
					"terminationGracePeriodSeconds of this pod is", cloud, read.preStop()) : unlessSet(cloud);
		}
		if (cloud != null) {
			return unlessSet(cloud);
		}
		SystemdUnit.Stop stop = this.unit.stop();
		if (stop != null) {
			return (stop.timeout() != null) ? new GracePeriod(stop.timeout(), true,
					"TimeoutStopSec of %s is".formatted(stop.unit()), Platform.SYSTEMD, null) : null;
		}
		return this.container.isMainProcess() ? unlessSet(Platform.CONTAINER) : null;
	}

	private @Nullable Platform platformThatWasTold(@Nullable Platform cloud) {
		if (cloud != null) {
			return cloud;
		}
		return this.container.isMainProcess() ? Platform.CONTAINER : null;
	}

	private static GracePeriod unlessSet(Platform platform) {
		return new GracePeriod(platform.gracePeriodUnlessSet(), false,
				"the grace period of %s is, unless it says otherwise,".formatted(platform.words()), platform, null);
	}

}
