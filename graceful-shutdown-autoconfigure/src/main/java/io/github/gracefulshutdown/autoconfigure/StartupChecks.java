package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Looks for what cannot work at a shutdown, while there is time to change it. Each check
 * finds a sentence that says what is wrong, with its values, and what to do.
 */
final class StartupChecks {

	private static final String PRE_STOP = "graceful.shutdown.platform.pre-stop";

	private static final String SET_AS_WELL = " and 'graceful.shutdown.platform.grace-period' to the same";

	/** Keys of waits that others have at a shutdown, with their units. */
	private static final Map<String, ChronoUnit> WAITS = Map.of("spring.lifecycle.timeout-per-shutdown-phase",
			ChronoUnit.MILLIS, "grpc.server.shutdown-grace-period", ChronoUnit.SECONDS,
			"spring.grpc.server.shutdown-grace-period", ChronoUnit.SECONDS, "spring.grpc.server.shutdown.grace-period",
			ChronoUnit.SECONDS, "spring.cloud.nacos.discovery.graceful-shutdown-wait-time", ChronoUnit.MILLIS,
			"dubbo.service.shutdown.wait", ChronoUnit.MILLIS);

	private static final Set<String> SECURITY = Set.of("org.springframework.security.web.SecurityFilterChain",
			"org.springframework.security.web.server.SecurityWebFilterChain");

	private final Environment environment;

	private final Binder binder;

	private final ListableBeanFactory beanFactory;

	private final GracefulShutdownProperties properties;

	private final ParentProcess parentProcess;

	private final Budget budget;

	private final Supplier<@Nullable GracePeriod> platform;

	private final Predicate<String> classPath;

	/**
	 * Creates the checks.
	 * @param budget how long a shutdown may take
	 * @param platform how long the platform waits for the end of the process, if there is
	 * any sign of that
	 * @param classPath whether a class is there
	 */
	StartupChecks(Environment environment, ListableBeanFactory beanFactory, GracefulShutdownProperties properties,
			Budget budget, ParentProcess parentProcess, Supplier<@Nullable GracePeriod> platform,
			Predicate<String> classPath) {
		this.environment = environment;
		this.binder = Binder.get(environment);
		this.beanFactory = beanFactory;
		this.properties = properties;
		this.parentProcess = parentProcess;
		this.budget = budget;
		this.platform = platform;
		this.classPath = classPath;
	}

	/**
	 * Runs all checks and passes on what they find. The budget follows the platform from
	 * then on.
	 */
	void run(Consumer<String> found) {
		GracePeriod gracePeriod = this.platform.get();
		if (gracePeriod != null && gracePeriod.isKnown()) {
			this.budget.follow(gracePeriod.value(), preStop(gracePeriod));
		}
		Stream
			.of(waitsThatExceedTheBudget(), serverThatStopsAtOnce(), hookThatIsOff(), budgetThatDoesNotFit(gracePeriod),
					shellThatKeepsTheSignal(), cachesOfCallers(), openEndpoint(), foreignShutdownHooks())
			.flatMap(List::stream)
			.forEach(found);
	}

	private List<String> waitsThatExceedTheBudget() {
		Duration budget = this.budget.times().timeout();
		return WAITS.entrySet()
			.stream()
			.sorted(Map.Entry.comparingByKey())
			.flatMap((wait) -> Stream.ofNullable(waitThatExceeds(wait.getKey(), wait.getValue(), budget)))
			.toList();
	}

	private @Nullable String waitThatExceeds(String key, ChronoUnit unit, Duration budget) {
		Duration wait = duration(key, unit);
		return (wait == null || (!wait.isNegative() && wait.compareTo(budget) <= 0)) ? null
				: ("'%s' is %s, but the whole shutdown has %s: a wait that lasts so long ends with the process being "
						+ "halted. Lower '%s', or raise '%s'.")
					.formatted(key, text(wait), text(budget), key, "graceful.shutdown.timeout");
	}

	private List<String> serverThatStopsAtOnce() {
		return "immediate".equalsIgnoreCase(this.environment.getProperty("server.shutdown")) ? List
			.of("'server.shutdown' is 'immediate': connections are cut off at the end of the drain. Remove it, for 'graceful' is the default.")
				: List.of();
	}

	private List<String> hookThatIsOff() {
		return "false".equalsIgnoreCase(this.environment.getProperty("spring.main.register-shutdown-hook")) ? List
			.of("'spring.main.register-shutdown-hook' is 'false': SIGTERM ends the process without a shutdown. Remove it, or close the context by yourself.")
				: List.of();
	}

	private List<String> budgetThatDoesNotFit(@Nullable GracePeriod gracePeriod) {
		Duration timeout = this.properties.getTimeout();
		Duration preStop = (gracePeriod != null) ? preStop(gracePeriod) : Duration.ZERO;
		Duration needed = timeout.plus(preStop).plus(Budget.EXIT);
		if (gracePeriod == null || needed.compareTo(gracePeriod.value()) <= 0) {
			return List.of();
		}
		Duration fitting = timeout.minus(needed.minus(gracePeriod.value()));
		Duration cut = this.budget.times().timeout();
		String consequence = (cut.compareTo(timeout) < 0) ? "it is cut to " + text(cut)
				: "the process would be killed before";
		return List.of(("The shutdown may take %s ('graceful.shutdown.timeout' %s, %s %s, 1s to exit), but %s %s: %s. "
				+ "Set %s%s%s.")
			.formatted(text(needed), text(timeout),
					isPreStopRead(gracePeriod) ? "the preStop sleep of this pod" : "'" + PRE_STOP + "'", text(preStop),
					gracePeriod.origin(), text(gracePeriod.value()), consequence,
					gracePeriod.setting(needed.plusMillis(999).toSeconds()), isRead(gracePeriod) ? "" : SET_AS_WELL,
					(fitting.compareTo(Duration.ZERO) > 0) ? ", or 'graceful.shutdown.timeout' to " + text(fitting)
							: ""));
	}

	/** Returns whether a new value is found out by itself. */
	private boolean isRead(GracePeriod gracePeriod) {
		return gracePeriod.isKnown() && this.properties.getPlatform().getGracePeriod() == null;
	}

	private Duration preStop(GracePeriod gracePeriod) {
		Duration read = gracePeriod.preStop();
		return (read != null && isPreStopRead(gracePeriod)) ? read : this.properties.getPlatform().getPreStop();
	}

	private boolean isPreStopRead(GracePeriod gracePeriod) {
		Duration read = gracePeriod.preStop();
		return read != null && !read.isZero() && !this.binder.bind(PRE_STOP, String.class).isBound();
	}

	private List<String> shellThatKeepsTheSignal() {
		String shell = this.parentProcess.shellThatIsFirst();
		return (shell == null) ? List.of() : List
			.of("This process is a child of '%s' with process id 1, which does not pass SIGTERM on. Use the exec form of ENTRYPOINT, or 'exec java ...' in the script."
				.formatted(shell));
	}

	private List<String> cachesOfCallers() {
		if (!this.classPath.test("com.netflix.discovery.EurekaClient")
				|| !this.environment.getProperty("eureka.client.enabled", Boolean.class, true)
				|| !this.environment.getProperty("eureka.client.register-with-eureka", Boolean.class, true)) {
			return List.of();
		}
		Duration fetch = durationOr("eureka.client.registry-fetch-interval-seconds", ChronoUnit.SECONDS,
				Duration.ofSeconds(30));
		Duration cache = this.classPath.test("org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier")
				&& this.environment.getProperty("spring.cloud.loadbalancer.cache.enabled", Boolean.class, true)
						? durationOr("spring.cloud.loadbalancer.cache.ttl", ChronoUnit.SECONDS, Duration.ofSeconds(35))
						: Duration.ZERO;
		Duration late = fetch.plus(cache);
		Duration lameDuck = this.budget.times().lameDuckMaximum();
		return (late.compareTo(lameDuck) <= 0) ? List.of() : List
			.of(("Callers that are configured as this service is notice up to %s late that an instance has left Eureka "
					+ "('eureka.client.registry-fetch-interval-seconds' %s, 'spring.cloud.loadbalancer.cache.ttl' %s), but "
					+ "'graceful.shutdown.lame-duck.maximum' is %s. Use this starter in the callers too, have them look "
					+ "more often, or raise it.")
				.formatted(text(late), text(fetch), text(cache), text(lameDuck)));
	}

	private List<String> openEndpoint() {
		if (!isExposed() || !isOnPortOfApplication() || isSecured()) {
			return List.of();
		}
		return List
			.of("The endpoint 'drain' is exposed on the port of the application and nothing protects it: whoever "
					+ "can reach it can take this instance out of service. Protect it, or set 'management.server.port' "
					+ "to another port.");
	}

	/** As the actuator decides, of which this class knows nothing. */
	private boolean isOnPortOfApplication() {
		Integer management = port("management.server.port");
		Integer server = port("server.port");
		return management == null || (management > 0 && management == ((server != null) ? server : 8080));
	}

	private @Nullable Integer port(String key) {
		try {
			return this.environment.getProperty(key, Integer.class);
		}
		catch (ConversionException | IllegalArgumentException ex) {
			// Its owner will say so.
			return null;
		}
	}

	private List<String> foreignShutdownHooks() {
		return new ForeignShutdownHooks(this.environment, this.beanFactory, this.classPath,
				this.properties.getTimeout())
			.find();
	}

	private boolean isExposed() {
		return this.classPath.test("org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint")
				&& isIn("management.endpoints.web.exposure.include")
				&& !isIn("management.endpoints.web.exposure.exclude")
				&& !"none".equalsIgnoreCase(this.environment.getProperty("management.endpoint.drain.access"));
	}

	private boolean isIn(String key) {
		List<String> endpoints = this.binder.bind(key, Bindable.listOf(String.class)).orElse(List.of());
		return endpoints.contains("drain") || endpoints.contains("*");
	}

	private boolean isSecured() {
		ClassLoader classLoader = getClass().getClassLoader();
		return SECURITY.stream()
			.filter(this.classPath)
			.anyMatch((name) -> this.beanFactory.getBeanNamesForType(ClassUtils.resolveClassName(name, classLoader),
					false, false).length > 0);
	}

	private Duration durationOr(String key, ChronoUnit unit, Duration otherwise) {
		Duration set = duration(key, unit);
		return (set != null) ? set : otherwise;
	}

	/** Returns the duration that is set, if there is one that can be read. */
	private @Nullable Duration duration(String key, ChronoUnit unit) {
		try {
			String value = this.binder.bind(key, String.class).orElse(null);
			return (value != null) ? DurationStyle.detectAndParse(value, unit) : null;
		}
		catch (BindException | IllegalArgumentException ex) { // its owner will say so
			return null;
		}
	}

	private static String text(Duration duration) {
		return (duration.toMillisPart() == 0) ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
	}

}
