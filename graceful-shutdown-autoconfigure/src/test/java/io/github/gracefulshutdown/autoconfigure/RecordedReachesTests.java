package io.github.gracefulshutdown.autoconfigure;

import java.lang.StackWalker.StackFrame;
import java.lang.reflect.Member;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import org.springframework.aot.agent.RecordedInvocation;
import org.springframework.aot.agent.RecordedInvocationsPublisher;
import org.springframework.aot.agent.RuntimeHintsAgent;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Has Spring's agent record what a drain reaches by reflection, on real servers, and
 * compares it with {@link ReflectionHints}.
 */
@SuppressWarnings({ "deprecation", "removal" }) // Spring 7 points to GraalVM's own tool
class RecordedReachesTests {

	private static final String INSTRUMENTED = "+io.github.gracefulshutdown,+org.springframework.util";

	@Test
	void haveHints() throws URISyntaxException {
		Path agent = Path.of(RuntimeHintsAgent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
		try (ApplicationProcess recording = ApplicationProcess.startJava(Drains.class,
				"-javaagent:" + agent + "=" + INSTRUMENTED)) {
			recording.awaitLog("(?m)^recorded$");
			assertThat(recording.log()).contains("reach getWebServer", "reach getTomcat", "reach getEndpoint",
					"reach addServerCustomizers", "reach NettyServerCustomizer", "reach SignalHandler");
			assertThat(recording.log()).doesNotContain("without a hint");
		}
	}

	/** Drains an application on Tomcat and one on Reactor Netty. */
	static final class Drains {

		private static final String OURS = "io.github.gracefulshutdown.";

		// A condition is evaluated before there is an image, and in one no hook is found.
		private static final Set<String> WITHOUT_HINTS = Set.of(OnOwnProcessCondition.class.getName(),
				OURS + "autoconfigure.registry.BrokenConsulMetadataFilter",
				OURS + "autoconfigure.registry.OnBrokenConsulMetadataCondition", ForeignShutdownHooks.class.getName());

		private Drains() {
		}

		public static void main(String[] arguments) throws Exception {
			Queue<RecordedInvocation> invocations = new ConcurrentLinkedQueue<>();
			RecordedInvocationsPublisher.addListener((invocation) -> {
				if (isReach(invocation) && isOurs(invocation)) {
					invocations.add(invocation);
				}
			});
			drain(WebApplication.start(EmptyApplication.class));
			drain(WebApplication
				.start(WebApplication.reactive(EmptyApplication.class, "org.apache.catalina", "org.eclipse.jetty")));
			List<RecordedInvocation> recorded = List.copyOf(invocations);
			RuntimeHints hints = new RuntimeHints();
			new ReflectionHints().registerHints(hints, Drains.class.getClassLoader());
			recorded.forEach((invocation) -> {
				Stream<Object> instance = invocation.isStatic() ? Stream.empty()
						: Stream.of(invocation.<Object>getInstance());
				Stream.concat(instance, invocation.getArguments().stream())
					.forEach((involved) -> System.out.println("reach " + name(involved)));
				if (!invocation.matches(hints)) {
					System.out.println("without a hint: " + invocation);
				}
			});
			System.out.println("recorded");
			System.exit(0);
		}

		private static void drain(WebApplication application) throws Exception {
			try (application) {
				application.get("/");
				application.sequence().drain().get(20, TimeUnit.SECONDS);
			}
		}

		/** Whether we are the first who is no part of Spring or the JDK. */
		private static boolean isOurs(RecordedInvocation invocation) {
			List<String> callers = invocation.getStackFrames()
				.map(StackFrame::getClassName)
				.filter((name) -> !name.startsWith("java.") && !name.startsWith("jdk.")
						&& !name.startsWith("org.springframework.util.")
						&& !name.startsWith("org.springframework.aot.agent."))
				.toList();
			return !callers.isEmpty() && callers.get(0).startsWith(OURS)
					&& !callers.get(0).equals(WebApplication.class.getName())
					&& callers.stream().noneMatch(WITHOUT_HINTS::contains);
		}

		/**
		 * In an image a list has what there are hints for, and a class that is not there
		 * is not found.
		 */
		private static boolean isReach(RecordedInvocation invocation) {
			String method = invocation.getMethodReference().getMethodName();
			if (method.equals("forName")) {
				return invocation.getReturnValue() != null;
			}
			return Stream.of("getDeclaredMethods", "getDeclaredFields", "getMethods", "getConstructors")
				.noneMatch(method::equals);
		}

		private static String name(Object involved) {
			if (involved instanceof Member member) {
				return member.getName();
			}
			if (involved instanceof Class<?>[] types && types.length > 0) {
				return types[0].getSimpleName();
			}
			return String.valueOf(involved);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class EmptyApplication {

	}

}
