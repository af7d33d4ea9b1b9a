package io.github.gracefulshutdown.autoconfigure;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.util.ClassUtils;

/**
 * Tells a native image what is reached by name: what is not public, what is not the same
 * in all lines of Spring Boot, and what an application may not have. Types, methods and
 * fields that are not there are left out.
 */
final class ReflectionHints implements RuntimeHintsRegistrar {

	private static final Logger logger = LoggerFactory.getLogger(ReflectionHints.class);

	private static final String BOOT = "org.springframework.boot.";

	private static final String HERE = "io.github.gracefulshutdown.autoconfigure.";

	/** Types whose presence is looked at, or that are resolved, by name. */
	private static final List<String> TYPES = List.of(
			// StartupChecks
			"com.netflix.discovery.EurekaClient",
			"org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier",
			"org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint",
			"org.springframework.security.web.SecurityFilterChain",
			"org.springframework.security.web.server.SecurityWebFilterChain",
			// ContainerRequest, InFlightWorkInterceptor, JettyConnection, ReactiveSession
			"jakarta.servlet.http.HttpServletRequest", "reactor.core.publisher.Flux",
			"org.eclipse.jetty.http2.HTTP2Connection", "jakarta.websocket.Session",
			// PeerAddress
			"jakarta.servlet.ServletRequest", "reactor.netty.http.server.HttpServerRequest",
			// NettyServerFactoryPostProcessor
			"org.springframework.boot.web.server.WebServerFactory",
			// PollersPostProcessor, ListenerSource
			"org.springframework.integration.endpoint.SourcePollingChannelAdapter",
			"org.springframework.amqp.rabbit.listener.MessageListenerContainer",
			"org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry",
			"org.springframework.jms.config.JmsListenerEndpointRegistry",
			"org.springframework.jms.listener.MessageListenerContainer",
			"org.springframework.kafka.config.KafkaListenerEndpointRegistry",
			"org.springframework.kafka.listener.MessageListenerContainer",
			"org.springframework.scheduling.quartz.SchedulerFactoryBean",
			// BrokenConsulMetadata
			"org.springframework.cloud.consul.serviceregistry.ConsulRegistration");

	private static final List<Member> METHODS = List.of(
			// EmbeddedServer
			new Member(BOOT + "web.servlet.context.ServletWebServerApplicationContext", "getWebServer"),
			new Member(BOOT + "web.reactive.context.ReactiveWebServerApplicationContext", "getWebServer"),
			new Member(BOOT + "web.server.servlet.context.ServletWebServerApplicationContext", "getWebServer"),
			new Member(BOOT + "web.server.reactive.context.ReactiveWebServerApplicationContext", "getWebServer"),
			new Member(BOOT + "web.embedded.tomcat.TomcatWebServer", "getTomcat"),
			new Member(BOOT + "tomcat.TomcatWebServer", "getTomcat"),
			new Member(BOOT + "web.embedded.jetty.JettyWebServer", "getServer"),
			new Member(BOOT + "jetty.JettyWebServer", "getServer"),
			// NettyServerFactoryPostProcessor
			new Member(BOOT + "web.embedded.netty.NettyReactiveWebServerFactory", "addServerCustomizers"),
			new Member(BOOT + "reactor.netty.NettyReactiveWebServerFactory", "addServerCustomizers"),
			// TomcatRequestIntake, TomcatConnection
			new Member("org.apache.coyote.AbstractProtocol", "getEndpoint"),
			new Member("org.apache.tomcat.util.net.SocketWrapperBase", "getLock"),
			// ReactiveSession, JettySession
			new Member("org.springframework.web.reactive.socket.adapter.AbstractWebSocketSession", "getDelegate"),
			new Member("org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketFrameHandler", "getSession"),
			new Member("org.eclipse.jetty.ee11.websocket.jakarta.common.JakartaWebSocketFrameHandler", "getSession"),
			// MarkerHeaders, MarkerHeader
			new Member("org.springframework.http.HttpHeaders", "remove"),
			// NacosAdapter
			new Member("com.alibaba.cloud.nacos.NacosServiceManager", "getNamingService"),
			new Member("com.alibaba.nacos.api.naming.NamingService", "deregisterInstance"),
			new Member("com.alibaba.nacos.client.naming.NacosNamingService", "deregisterInstance"),
			new Member("com.alibaba.cloud.nacos.registry.NacosRegistration", "getNacosDiscoveryProperties"),
			new Member("com.alibaba.cloud.nacos.NacosDiscoveryProperties", "getGroup"),
			new Member("com.alibaba.cloud.nacos.NacosDiscoveryProperties", "getClusterName"),
			// ListenerSource
			new Member("org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry",
					"getListenerContainerIds"),
			new Member("org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry",
					"getListenerContainer"),
			new Member("org.springframework.jms.config.JmsListenerEndpointRegistry", "getListenerContainerIds"),
			new Member("org.springframework.jms.config.JmsListenerEndpointRegistry", "getListenerContainer"),
			new Member("org.springframework.kafka.config.KafkaListenerEndpointRegistry", "getListenerContainerIds"),
			new Member("org.springframework.kafka.config.KafkaListenerEndpointRegistry", "getListenerContainer"),
			// TerminationSignals
			new Member("sun.misc.Signal", "handle"), new Member("sun.misc.Signal", "getNumber"),
			new Member("sun.misc.SignalHandler", "handle"),
			// The handlers of our proxies answer for them.
			new Member("java.lang.Object", "equals"), new Member("java.lang.Object", "hashCode"),
			new Member("java.lang.Object", "toString"));

	private static final List<Member> FIELDS = List.of(
			// TrackedThreads
			new Member("org.springframework.core.task.SimpleAsyncTaskExecutor", "activeThreads"),
			new Member("org.springframework.core.task.SimpleAsyncTaskExecutor", "taskTerminationTimeout"),
			// RepeatableExecution
			new Member("org.springframework.http.client.InterceptingClientHttpRequest$InterceptingRequestExecution",
					"iterator"),
			// PollersPostProcessor
			new Member("org.springframework.integration.endpoint.AbstractPollingEndpoint", "adviceChain"),
			// TomcatConnection
			new Member("org.apache.coyote.http2.Http2UpgradeHandler", "activeRemoteStreamCount"),
			// CountedUpgradeHandler, CountedJettyConnection: by their types
			new Member("org.apache.tomcat.websocket.server.WsHttpUpgradeHandler",
					"org.apache.tomcat.websocket.WsSession"),
			new Member("org.eclipse.jetty.websocket.core.WebSocketConnection",
					"org.eclipse.jetty.websocket.core.WebSocketCoreSession"));

	/** Types that are made by name, by us or by a server. */
	private static final List<String> CONSTRUCTED = List.of(HERE + "websocket.CountedUpgradeHandler",
			"sun.misc.Signal");

	/** Customizers that are implemented by a proxy, and given in an array. */
	private static final List<String> CUSTOMIZERS = List.of(BOOT + "web.embedded.netty.NettyServerCustomizer",
			BOOT + "reactor.netty.NettyServerCustomizer");

	/** What the proxies of Spring implement beside the interface. */
	private static final List<String> ADVISED = List.of("org.springframework.aop.SpringProxy",
			"org.springframework.aop.framework.Advised", "org.springframework.core.DecoratingProxy");

	private static final String EUREKA_FACTORIES = "com.netflix.discovery.shared.transport.jersey.TransportClientFactories";

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		TYPES.forEach((name) -> resolve(name, classLoader, (type) -> hints.reflection().registerType(type)));
		METHODS.forEach((member) -> resolve(member.type(), classLoader, (type) -> methods(hints, type, member.name())));
		FIELDS.forEach((member) -> resolve(member.type(), classLoader, (type) -> fields(hints, type, member.name())));
		CONSTRUCTED.forEach((name) -> resolve(name, classLoader, (type) -> constructors(hints, type)));
		CUSTOMIZERS.forEach((name) -> resolve(name, classLoader, (type) -> {
			hints.reflection().registerType(Array.newInstance(type, 0).getClass());
			hints.proxies().registerJdkProxy(type);
		}));
		resolve("sun.misc.SignalHandler", classLoader, (type) -> hints.proxies().registerJdkProxy(type));
		resolve(EUREKA_FACTORIES, classLoader, (type) -> advised(hints, type, classLoader));
		// Answers whose type the operations of the endpoint do not declare.
		BindingReflectionHintsRegistrar binding = new BindingReflectionHintsRegistrar();
		resolve(HERE + "actuate.DrainEndpoint$Problem", classLoader,
				(type) -> binding.registerReflectionHints(hints.reflection(), type));
		binding.registerReflectionHints(hints.reflection(), ShutdownStatus.class);
	}

	private static void resolve(String name, @Nullable ClassLoader classLoader, Consumer<Class<?>> use) {
		if (ClassUtils.isPresent(name, classLoader)) {
			try {
				use.accept(ClassUtils.resolveClassName(name, classLoader));
			}
			catch (LinkageError ex) { // without a library that it needs it is not used
				logger.debug("There are no hints for {}", name, ex);
			}
		}
	}

	private static void methods(RuntimeHints hints, Class<?> type, String name) {
		for (Method method : type.getDeclaredMethods()) {
			if (method.getName().equals(name)) {
				hints.reflection().registerMethod(method, ExecutableMode.INVOKE);
			}
		}
	}

	/** Fields have a name, or else the name of their type: no field is named like one. */
	private static void fields(RuntimeHints hints, Class<?> type, String nameOrType) {
		for (Field field : type.getDeclaredFields()) {
			if (field.getName().equals(nameOrType) || field.getType().getName().equals(nameOrType)) {
				hints.reflection().registerField(field);
			}
		}
	}

	private static void constructors(RuntimeHints hints, Class<?> type) {
		for (Constructor<?> constructor : type.getConstructors()) {
			hints.reflection().registerConstructor(constructor, ExecutableMode.INVOKE);
		}
	}

	private static void advised(RuntimeHints hints, Class<?> type, @Nullable ClassLoader classLoader) {
		if (ADVISED.stream().allMatch((name) -> ClassUtils.isPresent(name, classLoader))) {
			Class<?>[] interfaces = new Class<?>[ADVISED.size() + 1];
			interfaces[0] = type;
			for (int i = 0; i < ADVISED.size(); i++) {
				interfaces[i + 1] = ClassUtils.resolveClassName(ADVISED.get(i), classLoader);
			}
			hints.proxies().registerJdkProxy(interfaces);
		}
	}

	/** A method or field of a type, by their names. */
	private record Member(String type, String name) {
	}

}
