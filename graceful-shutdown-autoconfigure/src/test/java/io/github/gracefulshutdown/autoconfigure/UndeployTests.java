package io.github.gracefulshutdown.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.mock.web.MockServletContext;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Looks at what is left of an application that was undeployed: each runs in a class
 * loader of its own, with Spring and all, and none of them may stay.
 */
class UndeployTests {

	// Caches are no leaks.
	private static final Map<String, String> WITHOUT_SOFT_REFERENCES = Map.of("JAVA_TOOL_OPTIONS",
			"-XX:SoftRefLRUPolicyMSPerMB=0");

	@Test
	void nothingIsLeftOfAnApplication() {
		try (ApplicationProcess process = ApplicationProcess.start(WITHOUT_SOFT_REFERENCES, Container.class)) {
			assertThat(process.awaitExit(Duration.ofSeconds(50))).as(process.log()).isZero();
			assertThat(process.log())
				.contains("OwnProcess ran with "
						+ List.of("graceful-shutdown-report", "graceful-shutdown-timer", "graceful-shutdown-watchdog"))
				.contains("OwnProcess: collected, [] left")
				.contains("FailedStart: collected, [] left")
				.contains("Deployed ran with " + List.of("graceful-shutdown-timer"))
				.contains("Deployed: collected, [] left");
		}
	}

	@Test
	void aContainerIsNotHaltedWhileItsOtherApplicationsStop() {
		try (ApplicationProcess process = ApplicationProcess.start(SlowContainer.class)) {
			process.awaitLog("All deployed");
			process.signal("TERM");
			assertThat(process.awaitExit(Duration.ofSeconds(30))).as(process.log()).isEqualTo(143);
			assertThat(process.log()).contains("Graceful shutdown ended CLEAN").contains("The other has stopped");
		}
	}

	private static List<String> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			.filter((name) -> name.startsWith("graceful-shutdown-"))
			.sorted()
			.toList();
	}

	/** Undeploys applications, with nothing but the JDK. */
	static class Container {

		public static void main(String[] args) throws Exception {
			for (Class<?> application : List.of(OwnProcess.class, FailedStart.class, Deployed.class)) {
				WeakReference<ClassLoader> loader = run(application.getName());
				String found = "collected";
				try {
					Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> {
						System.gc();
						return loader.get() == null;
					});
				}
				catch (ConditionTimeoutException ex) {
					found = "not collected";
				}
				System.out.println(application.getSimpleName() + ": " + found + ", " + threads() + " left");
			}
			System.exit(0);
		}

		private static WeakReference<ClassLoader> run(String application) throws Exception {
			URL[] classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
				.map(Container::urlOf)
				.toArray(URL[]::new);
			try (URLClassLoader loader = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
				Thread thread = new Thread(() -> runIn(loader, application));
				thread.setContextClassLoader(loader);
				thread.start();
				thread.join();
				return new WeakReference<>(loader);
			}
		}

		private static URL urlOf(String entry) {
			try {
				return Path.of(entry).toUri().toURL();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		private static void runIn(ClassLoader loader, String application) {
			try {
				Constructor<?> constructor = loader.loadClass(application).getDeclaredConstructor();
				constructor.setAccessible(true);
				((Runnable) constructor.newInstance()).run();
			}
			catch (ReflectiveOperationException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	/** An application that has the process to itself. */
	static class OwnProcess implements Runnable {

		@Override
		public void run() {
			try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(
					GracefulShutdownAutoConfiguration.class)) {
				System.out.println("OwnProcess ran with " + threads());
			}
		}

	}

	/** An application that does not come to life. */
	static class FailedStart implements Runnable {

		@Override
		public void run() {
			try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
				context.register(GracefulShutdownAutoConfiguration.class);
				context.registerBean("failing", Object.class, () -> {
					throw new IllegalStateException("for a test");
				});
				context.refresh();
			}
			catch (RuntimeException ex) {
				System.out.println("FailedStart failed with " + threads());
			}
		}

	}

	/** A WAR in a container. */
	static class Deployed implements Runnable {

		@Override
		public void run() {
			try (AnnotationConfigWebApplicationContext context = deploy()) {
				System.out.println("Deployed ran with " + threads());
			}
		}

		static AnnotationConfigWebApplicationContext deploy() {
			AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
			context.setServletContext(new MockServletContext());
			context.register(GracefulShutdownAutoConfiguration.class);
			context.refresh();
			return context;
		}

	}

	/** A container whose other application takes longer to stop than ours may. */
	static class SlowContainer {

		public static void main(String[] args) {
			System.setProperty("graceful.shutdown.timeout", "1s");
			AnnotationConfigWebApplicationContext context = Deployed.deploy();
			Runtime.getRuntime().addShutdownHook(new Thread(() -> {
				context.close();
				await(Duration.ofSeconds(3));
				System.out.println("The other has stopped");
			}));
			System.out.println("All deployed");
			await(Duration.ofMinutes(5));
		}

		private static void await(Duration duration) {
			Awaitility.await().forever().pollDelay(duration).until(() -> true);
		}

	}

}
