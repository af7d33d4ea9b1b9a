package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;

/** {@link ConfigurationProperties Properties} for graceful shutdown. */
@ConfigurationProperties("graceful.shutdown")
public class GracefulShutdownProperties {

	/**
	 * Time for the whole shutdown, from its first sign to the exit of the process. Unless
	 * set, 5 seconds less than what the platform is known to allow, if that is more. Stay
	 * below the grace period of the platform. If a duration suffix is not specified,
	 * seconds will be used.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration timeout = Duration.ofSeconds(25);

	/**
	 * Comma-separated list of Ant-style path patterns, relative to the context path, of
	 * requests that are neither counted nor refused, in addition to the paths of the
	 * actuator.
	 */
	private List<String> exemptPaths = new ArrayList<>();

	/**
	 * File that Kubernetes shows as the reason why a container has ended. What was stuck
	 * is written there, if the file exists and can be written.
	 */
	private String terminationMessagePath = "/dev/termination-log";

	/**
	 * What whoever polls the readiness sees until requests are refused: "auto" refuses
	 * all at once, but on Kubernetes the kubelet of a pod that is being deleted; "refuse"
	 * refuses all at once; "keep" leaves the readiness as it is.
	 */
	private ReadinessPolicy readiness = ReadinessPolicy.AUTO;

	private final Platform platform = new Platform();

	private final SecondSignal secondSignal = new SecondSignal();

	private final Deregistration deregistration = new Deregistration();

	private final Consul consul = new Consul();

	private final LameDuck lameDuck = new LameDuck();

	private final Drain drain = new Drain();

	private final Streams streams = new Streams();

	private final Grpc grpc = new Grpc();

	private final Listeners listeners = new Listeners();

	private final Executors executors = new Executors();

	private final Teardown teardown = new Teardown();

	private final ForceExit forceExit = new ForceExit();

	private final WebSocket websocket = new WebSocket();

	private final Caller caller = new Caller();

	public Duration getTimeout() {
		return this.timeout;
	}

	public void setTimeout(Duration timeout) {
		this.timeout = timeout;
	}

	public List<String> getExemptPaths() {
		return this.exemptPaths;
	}

	public void setExemptPaths(List<String> exemptPaths) {
		this.exemptPaths = exemptPaths;
	}

	public String getTerminationMessagePath() {
		return this.terminationMessagePath;
	}

	public void setTerminationMessagePath(String terminationMessagePath) {
		this.terminationMessagePath = terminationMessagePath;
	}

	public ReadinessPolicy getReadiness() {
		return this.readiness;
	}

	public void setReadiness(ReadinessPolicy readiness) {
		this.readiness = readiness;
	}

	public Platform getPlatform() {
		return this.platform;
	}

	public SecondSignal getSecondSignal() {
		return this.secondSignal;
	}

	public Deregistration getDeregistration() {
		return this.deregistration;
	}

	public Consul getConsul() {
		return this.consul;
	}

	public LameDuck getLameDuck() {
		return this.lameDuck;
	}

	public Drain getDrain() {
		return this.drain;
	}

	public Streams getStreams() {
		return this.streams;
	}

	public Grpc getGrpc() {
		return this.grpc;
	}

	public Listeners getListeners() {
		return this.listeners;
	}

	public Executors getExecutors() {
		return this.executors;
	}

	public Teardown getTeardown() {
		return this.teardown;
	}

	public ForceExit getForceExit() {
		return this.forceExit;
	}

	public WebSocket getWebsocket() {
		return this.websocket;
	}

	public Caller getCaller() {
		return this.caller;
	}

	/** What the platform allows. */
	public static class Platform {

		/**
		 * Time after which the platform kills the process, as
		 * terminationGracePeriodSeconds of a pod, stopTimeout of a task,
		 * stop_grace_period of Compose. A shutdown is cut to fit, and may take longer
		 * where it is not set how long. Unless set, what the pod or the unit of systemd
		 * has, where that can be read. If a duration suffix is not specified, seconds
		 * will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private @Nullable Duration gracePeriod;

		/**
		 * Time that passes of the grace period before the process gets its signal, as
		 * with a preStop hook. Unless set, the longest preStop sleep of the pod where the
		 * grace period is read from it. If a duration suffix is not specified, seconds
		 * will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration preStop = Duration.ZERO;

		public @Nullable Duration getGracePeriod() {
			return this.gracePeriod;
		}

		public void setGracePeriod(@Nullable Duration gracePeriod) {
			this.gracePeriod = gracePeriod;
		}

		public Duration getPreStop() {
			return this.preStop;
		}

		public void setPreStop(Duration preStop) {
			this.preStop = preStop;
		}

	}

	/** Asking again for a shutdown that is under way. */
	public static class SecondSignal {

		/**
		 * Comma-separated list of the signals, INT or TERM, that cut a shutdown short
		 * which is under way.
		 */
		private List<String> signals = new ArrayList<>(List.of("INT"));

		/**
		 * Time that is left to a shutdown that is cut short. If a duration suffix is not
		 * specified, seconds will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration grace = Duration.ofSeconds(2);

		public List<String> getSignals() {
			return this.signals;
		}

		public void setSignals(List<String> signals) {
			this.signals = signals;
		}

		public Duration getGrace() {
			return this.grace;
		}

		public void setGrace(Duration grace) {
			this.grace = grace;
		}

	}

	/** Leaving the registries. */
	public static class Deregistration {

		/**
		 * Maximum time to leave all registries, which happens in parallel. If a duration
		 * suffix is not specified, seconds will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration timeout = Duration.ofSeconds(5);

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = timeout;
		}

	}

	/** Leaving Consul. */
	public static class Consul {

		/**
		 * Way in which the entry in Consul is taken out.
		 */
		private ConsulMode mode = ConsulMode.DEREGISTER;

		public ConsulMode getMode() {
			return this.mode;
		}

		public void setMode(ConsulMode mode) {
			this.mode = mode;
		}

	}

	/** Serving on while callers leave. */
	public static class LameDuck {

		/**
		 * Minimum time to go on serving after the registries were left, so that the news
		 * can reach the callers. Unless set, 5 seconds where a registry was left or a
		 * cloud platform was detected, and none elsewhere. If a duration suffix is not
		 * specified, seconds will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private @Nullable Duration minimum;

		/**
		 * Number of refused health checks in a row after which whoever polls the health
		 * of this instance, such as a load balancer, takes it out. The lame duck lasts
		 * until each has seen that many, within the maximum. Zero waits for none.
		 */
		private int healthChecks = 3;

		/**
		 * Time without work in flight and without arrivals after which the callers are
		 * taken to have left. Zero has the minimum alone decide. Unless set, a tenth of
		 * the maximum where that is longer because the platform allows it. If a duration
		 * suffix is not specified, seconds will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration quietPeriod = Duration.ofSeconds(1);

		/**
		 * Maximum time to go on serving after the registries were left. Unless set, what
		 * the drain and the teardown leave where the platform is known to allow more. If
		 * a duration suffix is not specified, seconds will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration maximum = Duration.ofSeconds(10);

		public @Nullable Duration getMinimum() {
			return this.minimum;
		}

		public void setMinimum(@Nullable Duration minimum) {
			this.minimum = minimum;
		}

		public int getHealthChecks() {
			return this.healthChecks;
		}

		public void setHealthChecks(int healthChecks) {
			this.healthChecks = healthChecks;
		}

		public Duration getQuietPeriod() {
			return this.quietPeriod;
		}

		public void setQuietPeriod(Duration quietPeriod) {
			this.quietPeriod = quietPeriod;
		}

		public Duration getMaximum() {
			return this.maximum;
		}

		public void setMaximum(Duration maximum) {
			this.maximum = maximum;
		}

	}

	/** Waiting for work in flight. */
	public static class Drain {

		/**
		 * Maximum time to wait for work in flight once new requests are refused. Unless
		 * set, what the lame duck and the teardown leave where the platform is known to
		 * allow more. If a duration suffix is not specified, seconds will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration timeout = Duration.ofSeconds(10);

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = timeout;
		}

	}

	/** Work that does not end by itself. */
	public static class Streams {

		/**
		 * What becomes of streams that do not end by themselves when the drain begins.
		 */
		private StreamPolicy policy = StreamPolicy.COMPLETE;

		/**
		 * Comma-separated list of media types of responses that do not end by themselves.
		 */
		private List<String> mediaTypes = new ArrayList<>(List.of("text/event-stream", "application/x-ndjson"));

		public StreamPolicy getPolicy() {
			return this.policy;
		}

		public void setPolicy(StreamPolicy policy) {
			this.policy = policy;
		}

		public List<String> getMediaTypes() {
			return this.mediaTypes;
		}

		public void setMediaTypes(List<String> mediaTypes) {
			this.mediaTypes = mediaTypes;
		}

	}

	/** Calls over gRPC. */
	public static class Grpc {

		/**
		 * Comma-separated list of methods whose calls do not end by themselves, as
		 * 'package.Service/Method', with * for any characters in a name.
		 */
		private List<String> endlessMethods = new ArrayList<>();

		public List<String> getEndlessMethods() {
			return this.endlessMethods;
		}

		public void setEndlessMethods(List<String> endlessMethods) {
			this.endlessMethods = endlessMethods;
		}

	}

	/** Message listeners and schedulers. */
	public static class Listeners {

		/**
		 * Comma-separated list of names of listener registries, listener containers,
		 * schedulers and pollers, and of scheduled methods as package.Class.method, that
		 * go on taking work during the drain.
		 */
		private List<String> exclude = new ArrayList<>();

		public List<String> getExclude() {
			return this.exclude;
		}

		public void setExclude(List<String> exclude) {
			this.exclude = exclude;
		}

	}

	/** Ending the executors of the application. */
	public static class Executors {

		/**
		 * Maximum time for executors to run the tasks that wait, once nothing is in
		 * flight any more. If a duration suffix is not specified, seconds will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration timeout = Duration.ofSeconds(5);

		/**
		 * Comma-separated list of names of executor beans that are left to the container.
		 */
		private List<String> exclude = new ArrayList<>();

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = timeout;
		}

		public List<String> getExclude() {
			return this.exclude;
		}

		public void setExclude(List<String> exclude) {
			this.exclude = exclude;
		}

	}

	/** Releasing the resources of the application. */
	public static class Teardown {

		/**
		 * Maximum time to release all resources. If a duration suffix is not specified,
		 * seconds will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration timeout = Duration.ofSeconds(5);

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = timeout;
		}

	}

	/** Ending a process whose time is over. */
	public static class ForceExit {

		/**
		 * Whether to halt the process when its time is over and it has not ended by
		 * itself. A JVM that is not going down is never halted.
		 */
		private boolean enabled = true;

		/**
		 * Exit code of a process that is halted, from 0 to 255.
		 */
		private int exitCode = 1;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public int getExitCode() {
			return this.exitCode;
		}

		public void setExitCode(int exitCode) {
			this.exitCode = exitCode;
		}

	}

	/** WebSocket sessions. */
	public static class WebSocket {

		/**
		 * Code of the close of sessions: 1012 (service restart) or 1001 (going away).
		 */
		private int closeCode = 1012;

		/**
		 * Time over which the closes of all sessions are spread, so that clients do not
		 * connect elsewhere all at once. If a duration suffix is not specified, seconds
		 * will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration spread = Duration.ofSeconds(1);

		public int getCloseCode() {
			return this.closeCode;
		}

		public void setCloseCode(int closeCode) {
			this.closeCode = closeCode;
		}

		public Duration getSpread() {
			return this.spread;
		}

		public void setSpread(Duration spread) {
			this.spread = spread;
		}

	}

	/** Calls to other services. */
	public static class Caller {

		/**
		 * Time for which an instance is skipped that said that it leaves, unless it is
		 * the last one. Zero skips none. If a duration suffix is not specified, seconds
		 * will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration evictionTime = Duration.ofSeconds(60);

		private final Retry retry = new Retry();

		public Duration getEvictionTime() {
			return this.evictionTime;
		}

		public void setEvictionTime(Duration evictionTime) {
			this.evictionTime = evictionTime;
		}

		public Retry getRetry() {
			return this.retry;
		}

		/** Sending a call elsewhere that was not executed. */
		public static class Retry {

			/**
			 * Maximum number of instances that a call goes to, the first one included.
			 */
			private int maxInstances = 3;

			/**
			 * Retries for each call of a service, from 0, which allows none, to 1.
			 */
			private double budget = 0.2;

			/**
			 * Maximum size of a request body that is kept for a retry. A request with a
			 * longer one is not sent again, unless its client holds it in memory anyway.
			 */
			private DataSize maxBodySize = DataSize.ofKilobytes(256);

			public int getMaxInstances() {
				return this.maxInstances;
			}

			public void setMaxInstances(int maxInstances) {
				this.maxInstances = maxInstances;
			}

			public double getBudget() {
				return this.budget;
			}

			public void setBudget(double budget) {
				this.budget = budget;
			}

			public DataSize getMaxBodySize() {
				return this.maxBodySize;
			}

			public void setMaxBodySize(DataSize maxBodySize) {
				this.maxBodySize = maxBodySize;
			}

		}

	}

}
