package io.github.gracefulshutdown.autoconfigure;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.hint.ExecutableHint;
import org.springframework.aot.hint.FieldHint;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeHint;
import org.springframework.aot.hint.TypeReference;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ReflectionHints}. */
class ReflectionHintsTests {

	/**
	 * What reaches by name, and is in the table. That which needs no hint: conditions are
	 * evaluated before there is an image, and a check that finds nothing finds nothing.
	 */
	private static final Set<String> REACHING = Set.of("BrokenConsulMetadata", "ContainerRequest",
			"CountedJettyConnection", "CountedUpgradeHandler", "EmbeddedServer", "EurekaDeparture",
			"ForeignShutdownHooks", "GracefulShutdownAutoConfiguration", "InFlightWorkInterceptor", "JettyConnection",
			"JettySession", "ListenerSource", "MarkerHeader", "MarkerHeaders", "NacosAdapter",
			"NettyServerFactoryPostProcessor", "OnOwnProcessCondition", "PeerAddress", "PollersPostProcessor",
			"ReactiveSession", "ReflectionHints", "RepeatableExecution", "StartupChecks", "TerminationSignals",
			"TomcatConnection", "TomcatRequestIntake", "TrackedThreads");

	private static final Pattern TESTS = Pattern.compile(".*(/test-classes/|-tests\\.jar).*");

	private final RuntimeHints hints = new RuntimeHints();

	ReflectionHintsTests() {
		new ReflectionHints().registerHints(this.hints, getClass().getClassLoader());
	}

	@Test
	void areFoundBySpring() {
		assertThat(SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
			.load(RuntimeHintsRegistrar.class)).hasAtLeastOneElementOfType(ReflectionHints.class);
	}

	@Test
	void areThereForAllThatReachesByName() {
		Set<String> reaching = new ClassFileImporter().withImportOption((location) -> !location.matches(TESTS))
			.importPackages("io.github.gracefulshutdown")
			.stream()
			.filter((type) -> type.getMethodCallsFromSelf().stream().anyMatch(ReflectionHintsTests::isByName))
			.map(ReflectionHintsTests::outermost)
			.collect(Collectors.toSet());
		assertThat(reaching).as("add the types, methods and fields to ReflectionHints, and the class here")
			.isEqualTo(REACHING);
	}

	private static boolean isByName(JavaMethodCall call) {
		String method = call.getTarget().getName();
		return switch (call.getTargetOwner().getSimpleName()) {
			case "ReflectionUtils" -> method.startsWith("find");
			case "ClassUtils" -> Set.of("isPresent", "resolveClassName", "forName", "getMethod").contains(method);
			case "Class" -> Set.of("forName", "getMethod", "getMethods", "getDeclaredMethod", "getField",
					"getDeclaredField", "getConstructor", "getDeclaredConstructor")
				.contains(method);
			case "Proxy" -> method.equals("newProxyInstance");
			case "ProxyFactory" -> method.equals("getProxy");
			case "MethodInvoker" -> method.equals("prepare");
			case "BeanWrapper", "PropertyAccessorFactory", "BeanUtils", "DirectFieldAccessor", "ServiceLoader" -> true;
			case "ClassLoader" ->
				Set.of("loadClass", "getResource", "getResources", "getResourceAsStream").contains(method);
			default -> false;
		};
	}

	private static String outermost(JavaClass type) {
		return type.getName().replaceAll(".*\\.|\\$.*", "");
	}

	@ParameterizedTest
	@CsvSource({ "org.apache.coyote.AbstractProtocol, getEndpoint",
			"org.apache.tomcat.util.net.SocketWrapperBase, getLock",
			"org.springframework.web.reactive.socket.adapter.AbstractWebSocketSession, getDelegate",
			"org.springframework.http.HttpHeaders, remove", "sun.misc.Signal, handle", "sun.misc.Signal, getNumber",
			"sun.misc.SignalHandler, handle" })
	void areThereForMethods(String type, String method) {
		assertThat(hint(type).methods().map(ExecutableHint::getName)).contains(method);
	}

	/** One of each that has moved between the lines of Spring Boot is there. */
	@ParameterizedTest
	@CsvSource({ "ServletWebServerApplicationContext, getWebServer",
			"ReactiveWebServerApplicationContext, getWebServer", "TomcatWebServer, getTomcat",
			"NettyReactiveWebServerFactory, addServerCustomizers" })
	void areThereForMethodsOfWhatHasMoved(String type, String method) {
		assertThat(this.hints.reflection()
			.typeHints()
			.filter((hint) -> hint.getType().getSimpleName().equals(type))
			.flatMap(TypeHint::methods)
			.map(ExecutableHint::getName)).containsOnly(method);
	}

	@ParameterizedTest
	@CsvSource({ "org.springframework.core.task.SimpleAsyncTaskExecutor, activeThreads",
			"org.springframework.core.task.SimpleAsyncTaskExecutor, taskTerminationTimeout",
			"org.apache.coyote.http2.Http2UpgradeHandler, activeRemoteStreamCount",
			"org.apache.tomcat.websocket.server.WsHttpUpgradeHandler, wsSession",
			"org.eclipse.jetty.websocket.core.WebSocketConnection, coreSession" })
	void areThereForFields(String type, String field) {
		assertThat(hint(type).fields().map(FieldHint::getName)).contains(field);
	}

	@ParameterizedTest
	@ValueSource(strings = { "jakarta.servlet.http.HttpServletRequest", "reactor.core.publisher.Flux",
			"org.springframework.boot.web.server.WebServerFactory", "com.netflix.discovery.EurekaClient" })
	void areThereForTypesWhosePresenceIsLookedAt(String type) {
		assertThat(hint(type)).isNotNull();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "io.github.gracefulshutdown.autoconfigure.websocket.CountedUpgradeHandler", "sun.misc.Signal" })
	void areThereForWhatIsMadeByName(String type) {
		assertThat(hint(type).constructors()).isNotEmpty();
	}

	@Test
	void areThereForProxies() {
		List<TypeReference> proxied = this.hints.proxies()
			.jdkProxyHints()
			.map((proxy) -> proxy.getProxiedInterfaces().get(0))
			.toList();
		assertThat(proxied).extracting(TypeReference::getSimpleName)
			.contains("NettyServerCustomizer", "SignalHandler", "TransportClientFactories");
		assertThat(this.hints.reflection().typeHints().map(TypeHint::getType).map(TypeReference::getName))
			.anyMatch((name) -> name.endsWith("NettyServerCustomizer[]"));
	}

	@Test
	void areThereForTheAnswersOfTheEndpoint() {
		assertThat(hint(ShutdownStatus.class.getName()).methods().map(ExecutableHint::getName)).contains("inFlight");
		assertThat(hint(ShutdownReport.class.getName())).isNotNull();
		assertThat(hint("io.github.gracefulshutdown.autoconfigure.actuate.DrainEndpoint$Problem").methods()
			.map(ExecutableHint::getName)).contains("detail");
	}

	@Test
	void doNotNeedTheLibraries() {
		RuntimeHints hints = new RuntimeHints();
		new ReflectionHints().registerHints(hints, new FilteredClassLoader("org.apache", "org.eclipse", "com.netflix",
				"org.springframework.http", "org.springframework.boot.actuate", "org.springframework.aop", "reactor"));
		assertThat(hints.reflection().typeHints().map(TypeHint::getType).map(TypeReference::getName))
			.contains("sun.misc.Signal")
			.noneMatch((name) -> name.startsWith("org.apache"));
	}

	private TypeHint hint(String name) {
		Class<?> type = ClassUtils.resolveClassName(name, getClass().getClassLoader());
		@Nullable TypeHint hint = this.hints.reflection().getTypeHint(type);
		return Objects.requireNonNull(hint, name);
	}

}
