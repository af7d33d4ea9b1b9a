package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.core.env.Environment;

/**
 * What ends a process, how long it waits until it kills it unless it is told otherwise,
 * and where to tell it. Cloud platforms are detected as Spring Boot 4 does, on every
 * line.
 */
enum Platform {

	/**
	 * <a href=
	 * "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination">30
	 * seconds</a>.
	 */
	KUBERNETES("a pod", 30, "terminationGracePeriodSeconds to %d"),

	/**
	 * <a href=
	 * "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html">30
	 * seconds</a>, at most 120 on Fargate.
	 */
	AWS_ECS("a container of ECS", 30, "\"stopTimeout\": %d in the container definition of the task"),

	/**
	 * <a href=
	 * "https://docs.cloudfoundry.org/devguide/deploy-apps/app-lifecycle.html#shutdown">10
	 * seconds</a>, which only an operator can change.
	 */
	CLOUD_FOUNDRY("an application on Cloud Foundry", 10,
			"containers.graceful_shutdown_interval_in_seconds of the cells to %d, as an operator,"),

	/**
	 * <a href=
	 * "https://developer.hashicorp.com/nomad/docs/job-specification/task#kill_timeout">5
	 * seconds</a>, at most the {@code max_kill_timeout} of the client, 30 seconds.
	 */
	NOMAD("a task of Nomad", 5, "kill_timeout = \"%ds\" in the task"),

	/**
	 * <a href=
	 * "https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#TimeoutStopSec=">90
	 * seconds</a>.
	 */
	SYSTEMD("a service of systemd", 90, "TimeoutStopSec=%d in the unit"),

	/**
	 * 10 seconds with
	 * <a href= "https://docs.docker.com/reference/cli/docker/container/stop/">Docker</a>,
	 * <a href=
	 * "https://docs.docker.com/reference/compose-file/services/#stop_grace_period">Compose</a>
	 * and
	 * <a href="https://docs.podman.io/en/latest/markdown/podman-stop.1.html">Podman</a>.
	 */
	CONTAINER("a container", 10, "stop_grace_period: %1$ds in Compose, or stop it with docker stop -t %1$d,");

	private static final String ENFORCED = "spring.main.cloud-platform";

	private final String words;

	private final Duration gracePeriodUnlessSet;

	private final String setting;

	Platform(String words, int gracePeriodUnlessSet, String setting) {
		this.words = words;
		this.gracePeriodUnlessSet = Duration.ofSeconds(gracePeriodUnlessSet);
		this.setting = setting;
	}

	/** Returns what it ends, in words. */
	String words() {
		return this.words;
	}

	/** Returns the time until a process is killed, unless the platform was told. */
	Duration gracePeriodUnlessSet() {
		return this.gracePeriodUnlessSet;
	}

	/** Returns the line that sets the grace period. */
	String setting(long seconds) {
		return this.setting.formatted(seconds);
	}

	/** Returns whether the application runs on a cloud platform, one of these or not. */
	static boolean isCloud(Environment environment) {
		CloudPlatform active = CloudPlatform.getActive(environment);
		return AWS_ECS.equals(cloud(environment)) || (active != null && active != CloudPlatform.NONE);
	}

	/** Returns the cloud platform, or {@code null} if it is none of these. */
	static @Nullable Platform cloud(Environment environment) {
		String enforced = environment.getProperty(ENFORCED);
		if (isEcs(environment, enforced)) { // in Spring Boot only from 4.0 on
			return AWS_ECS;
		}
		if (CloudPlatform.KUBERNETES.isActive(environment)) {
			return KUBERNETES;
		}
		if (CloudPlatform.CLOUD_FOUNDRY.isActive(environment)) {
			return CLOUD_FOUNDRY;
		}
		return CloudPlatform.NOMAD.isActive(environment) ? NOMAD : null;
	}

	private static boolean isEcs(Environment environment, @Nullable String enforced) {
		if (enforced != null) {
			return AWS_ECS.name().equals(enforced.toUpperCase(Locale.ROOT).replace('-', '_'));
		}
		return environment.getProperty("AWS_EXECUTION_ENV", "").startsWith("AWS_ECS")
				|| environment.containsProperty("ECS_CONTAINER_METADATA_URI_V4");
	}

}
