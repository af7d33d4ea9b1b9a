package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.CoreConstants;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.loading.ByteArrayClassLoader;
import net.bytebuddy.dynamic.loading.InjectionClassLoader;
import net.bytebuddy.implementation.FixedValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.jndi.JndiObjectFactoryBean;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ForeignShutdownHooks}, with classes that have the names of the
 * libraries and the methods that are asked.
 */
class ForeignShutdownHooksTests {

	private static final String CALLED = " is ended by a shutdown hook of its own in the JVM";

	private final Map<String, Object> set = new HashMap<>();

	private final Map<String, Object> system = new HashMap<>();

	private final ByteArrayClassLoader libraries = new ByteArrayClassLoader(getClass().getClassLoader(), false,
			Map.of());

	private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();

	@Test
	void findNothingInAnApplicationWithoutThem() {
		assertThat(found()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "com.hazelcast.core.HazelcastInstance",
			"io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk", "io.sentry.SentryOptions",
			"org.apache.ignite.Ignite", "org.apache.activemq.broker.BrokerService",
			"org.apache.geode.cache.GemFireCache", "org.apache.pekko.actor.ActorSystem", "akka.actor.ActorSystem",
			"org.apache.hadoop.fs.FileSystem", "org.springframework.batch.core.launch.support.JobExecutionShutdownHook",
			"org.h2.Driver", "io.r2dbc.h2.H2ConnectionFactory", "org.quartz.plugins.management.ShutdownHookPlugin",
			"org.apache.dubbo.rpc.model.ApplicationModel" })
	void findNothingWhereALibraryIsOnTheClassPathAlone(String type) {
		library(type, Map.of());
		assertThat(found()).isEmpty();
	}

	@Test
	void doNotMakeABeanToLookAtIt() {
		RootBeanDefinition lazy = new RootBeanDefinition(library("org.apache.ignite.Ignite", Map.of()));
		lazy.setLazyInit(true);
		this.beanFactory.registerBeanDefinition("ignite", lazy);
		this.beanFactory.registerBeanDefinition("other", new RootBeanDefinition(JndiObjectFactoryBean.class));
		assertThat(found()).isEmpty();
		assertThat(this.beanFactory.containsSingleton("ignite")).isFalse();
	}

	@Test
	void findAMemberOfHazelcast() {
		bean("com.hazelcast.core.HazelcastInstance", Map.of());
		assertThat(found()).singleElement()
			.asString()
			.startsWith("Hazelcast" + CALLED)
			.contains("Set 'hazelcast.shutdownhook.enabled' to 'false'");
	}

	@Test
	void findNoMemberOfHazelcastWhoseHookIsOffInItsConfig() {
		Object config = fake("com.hazelcast.config.Config", Map.of("getProperty", "false"));
		bean("com.hazelcast.core.HazelcastInstance", Map.of("getConfig", config));
		assertThat(found()).isEmpty();
	}

	@Test
	void findNoMemberOfHazelcastWhoseHookIsOffByASystemProperty() {
		bean("com.hazelcast.core.HazelcastInstance", Map.of());
		this.system.put("hazelcast.shutdownhook.enabled", "false");
		assertThat(found()).isEmpty();
	}

	@Test
	void findAMemberOfHazelcastWhoseHookIsOffWhereHazelcastDoesNotLook() {
		bean("com.hazelcast.core.HazelcastInstance", Map.of());
		this.set.put("hazelcast.shutdownhook.enabled", "false");
		assertThat(found()).singleElement().asString().contains("in its Config, or as a system property");
	}

	@Test
	void findTheSdkOfOpenTelemetry() {
		bean("io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk", Map.of());
		assertThat(found()).singleElement()
			.asString()
			.startsWith("The OpenTelemetry SDK" + CALLED)
			.contains("disableShutdownHook()");
	}

	@Test
	void findTheAgentOfOpenTelemetry() {
		library("io.opentelemetry.javaagent.OpenTelemetryAgent", Map.of());
		assertThat(found()).singleElement()
			.asString()
			.startsWith("The OpenTelemetry agent" + CALLED)
			.contains("preStop");
	}

	@ParameterizedTest
	@CsvSource({ "otel.javaagent.enabled, false", "OTEL_JAVAAGENT_ENABLED, false", "otel.sdk.disabled, true" })
	void findNoAgentThatIsOff(String name, String value) {
		library("io.opentelemetry.javaagent.OpenTelemetryAgent", Map.of());
		this.system.put(name, value);
		assertThat(found()).isEmpty();
	}

	@Test
	void findSentry() {
		bean("io.sentry.SentryOptions", Map.of("isEnableShutdownHook", true, "getDsn", "https://key@host/1"));
		assertThat(found()).singleElement()
			.asString()
			.startsWith("Sentry" + CALLED)
			.contains("Set 'sentry.enable-shutdown-hook' to 'false'");
	}

	@Test
	void findNoSentryWhoseHookIsOff() {
		bean("io.sentry.SentryOptions", Map.of("isEnableShutdownHook", false, "getDsn", "https://key@host/1"));
		assertThat(found()).isEmpty();
	}

	@Test
	void findNoSentryThatSendsNothing() {
		bean("io.sentry.SentryOptions", Map.of("isEnableShutdownHook", true));
		assertThat(found()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "org.apache.ignite.Ignite, Ignite, IGNITE_NO_SHUTDOWN_HOOK",
			"org.apache.geode.cache.GemFireCache, Geode, gemfire.disableShutdownHook" })
	void findWhatASystemPropertySwitchesOff(String type, String name, String property) {
		bean(type, Map.of());
		assertThat(found()).singleElement().asString().startsWith(name + CALLED).contains(property);
		this.system.put(property, "true");
		assertThat(found()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "true, 1", "false, 0" })
	void findABrokerOfActiveMqWithAHook(boolean hook, int expected) {
		bean("org.apache.activemq.broker.BrokerService", Map.of("isUseShutdownHook", hook));
		assertThat(found()).hasSize(expected)
			.allSatisfy((sentence) -> assertThat(sentence).contains("setUseShutdownHook(false)"));
	}

	@ParameterizedTest
	@CsvSource({ "vm://localhost?broker.persistent=false, 1",
			"vm://localhost?broker.persistent=false&broker.useShutdownHook=false, 0", "vm://localhost?create=false, 0",
			"tcp://localhost:61616, 0" })
	void findABrokerOfActiveMqThatAUrlStarts(String url, int expected) {
		Object factory = fake("org.apache.activemq.ActiveMQConnectionFactory", Map.of("getBrokerURL", url));
		bean("jakarta.jms.ConnectionFactory", Map.of("getTargetConnectionFactory", factory));
		assertThat(found()).hasSize(expected)
			.allSatisfy((sentence) -> assertThat(sentence).startsWith("The broker of ActiveMQ at vm://localhost is")
				.contains("'broker.useShutdownHook=false'"));
	}

	@ParameterizedTest
	@CsvSource({ "pekko, org.apache.pekko.actor.ActorSystem", "akka, akka.actor.ActorSystem" })
	void findASystemOfActorsWithAHook(String name, String type) {
		Object config = fake("config.Config", Map.of("getBoolean", true));
		Object settings = fake("settings.Settings", Map.of("config", config));
		bean(type, Map.of("settings", settings));
		assertThat(found()).singleElement()
			.asString()
			.contains("'" + name + ".coordinated-shutdown.run-by-jvm-shutdown-hook' to 'off'");
	}

	@ParameterizedTest
	@CsvSource({ "jdbc:h2:file:/data/ledger, 1", "jdbc:h2:~/ledger;MODE=MySQL, 1", "JDBC:H2:./ledger, 1",
			"jdbc:h2:file:/data/ledger;db_close_on_exit=false, 0", "jdbc:h2:mem:ledger;DB_CLOSE_DELAY=-1, 0",
			"jdbc:h2:mem:ledger;DB_CLOSE_ON_EXIT=TRUE, 1", "jdbc:h2:tcp://host/ledger, 0",
			"jdbc:h2:ssl://host/ledger, 0", "jdbc:postgresql://host/h2, 0" })
	void findADatabaseOfH2ThatIsClosedByH2(String url, int expected) {
		library("org.h2.Driver", Map.of());
		Object pool = fake("pool.Pool", Map.of("getJdbcUrl", url));
		bean("javax.sql.DataSource", Map.of("getTargetDataSource", pool));
		assertThat(found()).hasSize(expected)
			.allSatisfy((sentence) -> assertThat(sentence).contains("Add 'DB_CLOSE_ON_EXIT=FALSE' to the URL"));
	}

	@Test
	void doNotAdviseWhatH2DoesNotAllow() {
		library("org.h2.Driver", Map.of());
		bean("javax.sql.DataSource", Map.of("getUrl", "jdbc:h2:./ledger;AUTO_SERVER=TRUE"));
		assertThat(found()).singleElement()
			.asString()
			.startsWith("H2 at jdbc:h2:./ledger is")
			.contains("Remove 'AUTO_SERVER=TRUE'");
	}

	@ParameterizedTest
	@CsvSource({ "r2dbc:h2:file:///ledger, 1", "r2dbc:h2:file:///ledger?options=DB_CLOSE_ON_EXIT=FALSE, 0",
			"r2dbc:h2:mem:///ledger, 0" })
	void findAReactiveDatabaseOfH2ThatIsClosedByH2(String url, int expected) {
		library("io.r2dbc.h2.H2ConnectionFactory", Map.of());
		this.set.put("spring.r2dbc.url", url);
		assertThat(found()).hasSize(expected);
	}

	@Test
	void findThePluginOfQuartz() {
		library("org.quartz.plugins.management.ShutdownHookPlugin", Map.of());
		this.set.put("spring.quartz.properties.org.quartz.plugin.hook.class",
				"org.quartz.plugins.management.ShutdownHookPlugin");
		assertThat(found()).singleElement()
			.asString()
			.startsWith("Quartz" + CALLED)
			.contains("'spring.quartz.properties.org.quartz.plugin.hook.class'");
	}

	@ParameterizedTest
	@CsvSource({ "dubbo.application.name, any, 1", "dubbo.service.shutdown.wait, 24999, 1",
			"dubbo.service.shutdown.wait, 25000, 0", "dubbo.service.shutdown.wait, nonsense, 1",
			"dubbo.shutdownHook.listenIgnore, true, 0" })
	void findDubboIfItDoesNotWaitForTheDrain(String name, String value, int expected) {
		bean("org.apache.dubbo.rpc.model.ApplicationModel", Map.of());
		this.set.put(name, value);
		assertThat(found()).hasSize(expected)
			.allSatisfy((sentence) -> assertThat(sentence).startsWith("Dubbo" + CALLED)
				.contains("set 'dubbo.service.shutdown.wait' to '25000'"));
	}

	@ParameterizedTest
	@CsvSource({ "true, 1", "false, 0" })
	void findAFileSystemOfHadoopThatIsClosedByHadoop(boolean automatic, int expected) {
		Object configuration = fake("org.apache.hadoop.conf.Configuration", Map.of("getBoolean", automatic));
		bean("org.apache.hadoop.fs.FileSystem", Map.of("getConf", configuration));
		assertThat(found()).hasSize(expected)
			.allSatisfy((sentence) -> assertThat(sentence).contains("Set 'fs.automatic.close' to 'false'"));
	}

	@Test
	void findAHookOfSpringBatch() {
		bean("org.springframework.batch.core.launch.support.JobExecutionShutdownHook", Map.of());
		assertThat(found()).singleElement().asString().startsWith("The job of Spring Batch" + CALLED);
	}

	@Test
	void findTheHookOfLogback() {
		LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
		loggers.putObject(CoreConstants.SHUTDOWN_HOOK_THREAD, new Thread());
		try {
			assertThat(found()).singleElement().asString().startsWith("The log of Logback" + CALLED);
		}
		finally {
			loggers.removeObject(CoreConstants.SHUTDOWN_HOOK_THREAD);
		}
	}

	private void bean(String type, Map<String, Object> results) {
		this.beanFactory.registerSingleton(type, fake(type, results));
	}

	private Object fake(String type, Map<String, Object> results) {
		return BeanUtils.instantiateClass(library(type, results));
	}

	/** Makes a class with the methods, whatever they are called with. */
	private Class<?> library(String type, Map<String, Object> results) {
		Class<?> real = ClassUtils.isPresent(type, null) ? ClassUtils.resolveClassName(type, null) : Object.class;
		DynamicType.Builder<?> builder = new ByteBuddy().subclass(real)
			.name((real == Object.class) ? type : "fake." + type);
		for (Map.Entry<String, Object> result : results.entrySet()) {
			for (List<Class<?>> parameters : List.<List<Class<?>>>of(List.of(), List.of(String.class),
					List.of(String.class, boolean.class))) {
				builder = builder.defineMethod(result.getKey(), Object.class, Visibility.PUBLIC)
					.withParameters(parameters)
					.intercept(FixedValue.reference(result.getValue()));
			}
		}
		return builder.make().load(this.libraries, InjectionClassLoader.Strategy.INSTANCE).getLoaded();
	}

	private List<String> found() {
		this.beanFactory.setBeanClassLoader(this.libraries);
		StandardEnvironment environment = new StandardEnvironment() {

			@Override
			public Map<String, Object> getSystemProperties() {
				return ForeignShutdownHooksTests.this.system;
			}

			@Override
			public Map<String, Object> getSystemEnvironment() {
				return ForeignShutdownHooksTests.this.system;
			}

		};
		environment.getPropertySources().addFirst(new MapPropertySource("test", this.set));
		return new ForeignShutdownHooks(environment, this.beanFactory,
				(name) -> ClassUtils.isPresent(name, this.libraries), Duration.ofSeconds(25))
			.find();
	}

}
