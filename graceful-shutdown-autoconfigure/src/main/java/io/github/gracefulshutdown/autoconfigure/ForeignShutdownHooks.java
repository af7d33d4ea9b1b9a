package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.MethodInvoker;

/**
 * What is known to register a shutdown hook of its own in the JVM. Hooks run side by
 * side, so such a one ends what it is for while requests are in flight that may need it.
 * <p>
 * The JVM does not tell which hooks there are. A library on the class path has none
 * because of that: it is taken for one that has if a bean of it was made, or a setting
 * has it run, and if nothing that it reads itself has switched its hook off. Embedded
 * Derby and embedded Neo4j are not among them: they have none.
 */
final class ForeignShutdownHooks {

	private static final String AGENT = "io.opentelemetry.javaagent.OpenTelemetryAgent";

	private static final String QUARTZ_PLUGIN = "org.quartz.plugins.management.ShutdownHookPlugin";

	private static final String DUBBO_WAIT = "dubbo.service.shutdown.wait";

	/**
	 * Beans whose library has a hook, and how it is switched off. Where the library reads
	 * a system property, one in the files of Spring Boot does not count.
	 */
	private final List<Row> table = List.of(
			// Node.start
			new Row("Hazelcast", "com.hazelcast.core.HazelcastInstance", this::isHazelcastMember,
					"Set 'hazelcast.shutdownhook.enabled' to 'false' in its Config, or as a system property: the "
							+ "context ends it after the drain."),
			// AutoConfiguredOpenTelemetrySdkBuilder.maybeRegisterShutdownHook: after it
			// nothing is exported. The SDK does not tell whether it has done so.
			new Row("The OpenTelemetry SDK", "io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk",
					(sdk) -> true,
					"Unless it was switched off, an AutoConfigurationCustomizerProvider does it with "
							+ "'((AutoConfiguredOpenTelemetrySdkBuilder) customizer).disableShutdownHook()'."),
			// ShutdownHookIntegration.register
			new Row("Sentry", "io.sentry.SentryOptions",
					(options) -> isTrue(options, "isEnableShutdownHook") && call(options, "getDsn") != null,
					"Set 'sentry.enable-shutdown-hook' to 'false': the context ends it after the drain."),
			// IgnitionEx.IgniteNamedInstance.start
			new Row("Ignite", "org.apache.ignite.Ignite", (ignite) -> !isSystem("IGNITE_NO_SHUTDOWN_HOOK"),
					"Set the system property or the environment variable IGNITE_NO_SHUTDOWN_HOOK to 'true', and close "
							+ "it with the context."),
			// BrokerService.addShutdownHook
			new Row("The broker of ActiveMQ", "org.apache.activemq.broker.BrokerService",
					(broker) -> isTrue(broker, "isUseShutdownHook"),
					"Call its 'setUseShutdownHook(false)', and stop it with the context."),
			// InternalDistributedSystem.addShutdownHook
			new Row("Geode", "org.apache.geode.cache.GemFireCache", (cache) -> !isSystem("gemfire.disableShutdownHook"),
					"Set the system property 'gemfire.disableShutdownHook' to 'true', and close it with the context."),
			// CoordinatedShutdown.initJvmHook
			new Row("Pekko", "org.apache.pekko.actor.ActorSystem",
					(system) -> isSet(system, "pekko.coordinated-shutdown.run-by-jvm-shutdown-hook"),
					"Set 'pekko.coordinated-shutdown.run-by-jvm-shutdown-hook' to 'off' in its configuration, and "
							+ "terminate it with the context."),
			new Row("Akka", "akka.actor.ActorSystem",
					(system) -> isSet(system, "akka.coordinated-shutdown.run-by-jvm-shutdown-hook"),
					"Set 'akka.coordinated-shutdown.run-by-jvm-shutdown-hook' to 'off' in its configuration, and "
							+ "terminate it with the context."),
			// FileSystem.Cache.getInternal
			new Row("Hadoop's file system", "org.apache.hadoop.fs.FileSystem",
					(files) -> Boolean.TRUE
						.equals(call(call(files, "getConf"), "getBoolean", "fs.automatic.close", true)),
					"Set 'fs.automatic.close' to 'false' in its Configuration, and close it with the context."),
			// Nobody but the application registers it.
			new Row("The job of Spring Batch", "org.springframework.batch.core.launch.support.JobExecutionShutdownHook",
					(hook) -> true, "Do not register its JobExecutionShutdownHook."));

	private final Environment environment;

	private final Binder binder;

	private final ListableBeanFactory beanFactory;

	private final Predicate<String> classPath;

	private final Duration budget;

	/**
	 * Creates the table.
	 * @param classPath whether a class is there
	 * @param budget the time of the whole shutdown
	 */
	ForeignShutdownHooks(Environment environment, ListableBeanFactory beanFactory, Predicate<String> classPath,
			Duration budget) {
		this.environment = environment;
		this.binder = Binder.get(environment);
		this.beanFactory = beanFactory;
		this.classPath = classPath;
		this.budget = budget;
	}

	/** Returns a sentence for each hook that is found. */
	List<String> find() {
		List<String> found = new ArrayList<>();
		this.table.stream()
			.filter((row) -> beans(row.type()).stream().anyMatch(row.hasHook()))
			.forEach((row) -> found.add(sentence(row.name(), row.cure())));
		Stream.of(agent(), activeMqOfUrl(), h2(), quartz(), dubbo(), logback())
			.flatMap(Stream::ofNullable)
			.forEach(found::add);
		return found;
	}

	private static String sentence(String name, String cure) {
		return name + " is ended by a shutdown hook of its own in the JVM, beside the drain and so under the requests "
				+ "in flight. " + cure;
	}

	/** A client of Hazelcast has no hook. */
	private boolean isHazelcastMember(Object instance) {
		Object set = call(call(instance, "getConfig"), "getProperty", "hazelcast.shutdownhook.enabled");
		return !instance.getClass().getName().startsWith("com.hazelcast.client.")
				&& !"false".equalsIgnoreCase((set != null) ? set.toString() : system("hazelcast.shutdownhook.enabled"));
	}

	/** The agent makes its SDK before the application begins, with a hook in any case. */
	private @Nullable String agent() {
		return (this.classPath.test(AGENT) && !"false".equalsIgnoreCase(system("otel.javaagent.enabled"))
				&& !isSystem("otel.sdk.disabled"))
						? sentence("The OpenTelemetry agent",
								"Nothing switches it off: to have the telemetry of the drain, drain before the signal, "
										+ "with a preStop hook that sends POST to the endpoint 'drain'.")
						: null;
	}

	/** A URL with the transport {@code vm} starts a broker, unless it is to find one. */
	private @Nullable String activeMqOfUrl() {
		if (!beans("org.apache.activemq.broker.BrokerService").isEmpty()) {
			return null;
		}
		return beans("jakarta.jms.ConnectionFactory").stream()
			.map((factory) -> inner(factory, "getTargetConnectionFactory", "getConnectionFactory"))
			.map((factory) -> text(call(factory, "getBrokerURL")))
			.filter((url) -> url.startsWith("vm:") && !url.contains("useShutdownHook=false")
					&& !url.contains("create=false"))
			.findFirst()
			.map((url) -> sentence("The broker of ActiveMQ at " + withoutQuery(url),
					"Add 'broker.useShutdownHook=false' to the parameters of 'spring.activemq.broker-url'."))
			.orElse(null);
	}

	/** H2 closes what it has in files: see {@code closeAtVmShutdown} in its Database. */
	private @Nullable String h2() {
		Stream<String> jdbc = this.classPath.test("org.h2.Driver") ? beans("javax.sql.DataSource").stream()
			.map((source) -> inner(source, "getTargetDataSource"))
			.map(ForeignShutdownHooks::url) : Stream.empty();
		Stream<String> reactive = this.classPath.test("io.r2dbc.h2.H2ConnectionFactory")
				? Stream.of(text(this.environment.getProperty("spring.r2dbc.url"))) : Stream.empty();
		return Stream.concat(jdbc, reactive)
			.filter(ForeignShutdownHooks::isClosedByH2)
			.findFirst()
			.map((url) -> sentence("H2 at " + withoutQuery(url),
					isAutomaticServer(url)
							? "Remove 'AUTO_SERVER=TRUE' from the URL and add 'DB_CLOSE_ON_EXIT=FALSE', or run H2 as a "
									+ "server."
							: "Add 'DB_CLOSE_ON_EXIT=FALSE' to the URL."))
			.orElse(null);
	}

	private static boolean isClosedByH2(String url) {
		String upper = url.toUpperCase(Locale.ROOT);
		if (!upper.startsWith("JDBC:H2:") && !upper.startsWith("R2DBC:H2:")) {
			return false;
		}
		String database = upper.substring(upper.indexOf(":H2:") + 4);
		if (database.startsWith("TCP:") || database.startsWith("SSL:")) {
			return false;
		}
		return database.startsWith("MEM:") ? upper.contains("DB_CLOSE_ON_EXIT=TRUE")
				: !upper.contains("DB_CLOSE_ON_EXIT=FALSE");
	}

	private static boolean isAutomaticServer(String url) {
		return url.toUpperCase(Locale.ROOT).contains("AUTO_SERVER=TRUE");
	}

	private @Nullable String quartz() {
		if (!this.classPath.test(QUARTZ_PLUGIN)) {
			return null;
		}
		return this.binder.bind("spring.quartz.properties", Bindable.mapOf(String.class, String.class))
			.orElse(Map.of())
			.entrySet()
			.stream()
			.filter((property) -> property.getValue().equals(QUARTZ_PLUGIN))
			.findFirst()
			.map((property) -> sentence("Quartz",
					"Remove its ShutdownHookPlugin, '%s': the context ends it after the drain."
						.formatted("spring.quartz.properties." + property.getKey())))
			.orElse(null);
	}

	/** Its hook waits for the context, but not so long. */
	private @Nullable String dubbo() {
		if (beans("org.apache.dubbo.rpc.model.ApplicationModel").isEmpty()
				|| "true".equalsIgnoreCase(this.environment.getProperty("dubbo.shutdownHook.listenIgnore"))) {
			return null;
		}
		Duration wait = milliseconds(this.environment.getProperty(DUBBO_WAIT), Duration.ofSeconds(10));
		return (wait.compareTo(this.budget) >= 0) ? null
				: sentence("Dubbo",
						"It waits %d ms for the context, but the whole shutdown has %d: set '%s' to '%2$d', or "
							.formatted(wait.toMillis(), this.budget.toMillis(), DUBBO_WAIT)
								+ "'dubbo.shutdownHook.listenIgnore' to 'true'.");
	}

	private static Duration milliseconds(@Nullable String value, Duration otherwise) {
		try {
			return (value != null) ? DurationStyle.SIMPLE.parse(value, ChronoUnit.MILLIS) : otherwise;
		}
		catch (IllegalArgumentException ex) { // its owner will say so
			return otherwise;
		}
	}

	/** What has {@code <shutdownHook/>} in a configuration of Logback puts it there. */
	private static @Nullable String logback() {
		Object loggers = LoggerFactory.getILoggerFactory();
		return (loggers.getClass().getName().equals("ch.qos.logback.classic.LoggerContext")
				&& call(loggers, "getObject", "SHUTDOWN_HOOK") != null)
						? sentence("The log of Logback",
								"Remove '<shutdownHook/>' from its configuration: Spring Boot ends it at the end.")
						: null;
	}

	/** Beans that are there: none is made for the sake of a check. */
	private List<Object> beans(String type) {
		if (!this.classPath.test(type) || !(this.beanFactory instanceof ConfigurableBeanFactory beanFactory)) {
			return List.of();
		}
		Class<?> resolved = ClassUtils.resolveClassName(type, beanFactory.getBeanClassLoader());
		return Stream.of(this.beanFactory.getBeanNamesForType(resolved, false, false))
			.filter(beanFactory::containsSingleton)
			.<Object>map(this.beanFactory::getBean)
			.toList();
	}

	private boolean isSystem(String name) {
		return "true".equalsIgnoreCase(system(name));
	}

	/** A library that is no part of Spring does not see what an application is set. */
	private @Nullable String system(String name) {
		if (!(this.environment instanceof ConfigurableEnvironment configurable)) {
			return null;
		}
		Object property = configurable.getSystemProperties().get(name);
		Object variable = (property != null) ? property : configurable.getSystemEnvironment().get(name);
		Object relaxed = (variable != null) ? variable
				: configurable.getSystemEnvironment().get(name.toUpperCase(Locale.ROOT).replace('.', '_'));
		return (relaxed != null) ? relaxed.toString() : null;
	}

	private static boolean isSet(Object actorSystem, String path) {
		return Boolean.TRUE.equals(call(call(call(actorSystem, "settings"), "config"), "getBoolean", path));
	}

	private static boolean isTrue(Object bean, String getter) {
		return Boolean.TRUE.equals(call(bean, getter));
	}

	private static String url(Object dataSource) {
		return Stream.of("getJdbcUrl", "getUrl", "getURL")
			.map((getter) -> text(call(dataSource, getter)))
			.filter((url) -> !url.isEmpty())
			.findFirst()
			.orElse("");
	}

	private static String withoutQuery(String url) {
		return url.split("[;?]", 2)[0];
	}

	private static Object inner(Object bean, String... getters) {
		Object inner = bean;
		for (int depth = 0; depth < 5; depth++) {
			Object outer = inner;
			inner = Stream.of(getters)
				.flatMap((getter) -> Stream.ofNullable(call(outer, getter)))
				.findFirst()
				.orElse(outer);
		}
		return inner;
	}

	private static String text(@Nullable Object value) {
		return (value != null) ? value.toString() : "";
	}

	/**
	 * Calls a method of a class that is not known here; what cannot be called is null.
	 */
	private static @Nullable Object call(@Nullable Object target, String method, Object... arguments) {
		if (target == null) {
			return null;
		}
		MethodInvoker invoker = new MethodInvoker();
		invoker.setTargetObject(target);
		invoker.setTargetMethod(method);
		invoker.setArguments(arguments);
		try {
			invoker.prepare();
			return invoker.invoke();
		}
		catch (ReflectiveOperationException | RuntimeException | LinkageError ex) {
			return null;
		}
	}

	/**
	 * What a bean of a type means.
	 *
	 * @param hasHook tells by a bean of the type whether there is a hook
	 */
	private record Row(String name, String type, Predicate<Object> hasHook, String cure) {
	}

}
