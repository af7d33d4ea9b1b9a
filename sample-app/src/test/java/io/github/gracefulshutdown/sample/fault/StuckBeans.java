package io.github.gracefulshutdown.sample.fault;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import io.github.gracefulshutdown.TeardownResource;
import io.github.gracefulshutdown.autoconfigure.ShutdownReportEvent;
import io.github.gracefulshutdown.autoconfigure.StageChangedEvent;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/** Beans that do not stop, each there if {@code fault} names it. */
@Configuration(proxyBeanMethods = false)
class StuckBeans {

	/** Has a task that does not end, and others behind it. */
	@Bean(destroyMethod = "shutdown", defaultCandidate = false) // beside the one of Boot
	@ConditionalOnProperty(name = "fault", havingValue = "queue")
	ExecutorService fullExecutor() {
		ExecutorService executor = Executors.newSingleThreadExecutor((task) -> {
			Thread thread = new Thread(task);
			thread.setDaemon(true);
			return thread;
		});
		for (int i = 0; i < 100; i++) {
			executor.execute(Faults::sleepForGood);
		}
		return executor;
	}

	/** Tells a thousand listeners of every stage, of which the last hangs. */
	@Bean
	@ConditionalOnProperty(name = "fault", havingValue = "listeners")
	SmartInitializingSingleton manyListeners(ConfigurableApplicationContext context) {
		return () -> {
			IntStream.range(0, 999).forEach((number) -> context.addApplicationListener(new StageListener(() -> {
			})));
			context.addApplicationListener(new StageListener(Faults::sleepForGood));
		};
	}

	/** Passes on what it hears, as one would to those on call. */
	@Bean
	ApplicationListener<ShutdownReportEvent> alarm() {
		return (event) -> System.out.println("Alarm: " + event.getReport().summary());
	}

	@Bean
	@ConditionalOnProperty(name = "fault", havingValue = "hook")
	SmartInitializingSingleton hangingHook() {
		return () -> Runtime.getRuntime().addShutdownHook(new Thread(Faults::sleepForGood, "hanging-hook"));
	}

	@Bean(destroyMethod = "destroy")
	@ConditionalOnProperty(name = "fault", havingValue = "destroy")
	HangingBean hangingBean() {
		return new HangingBean();
	}

	@Bean
	@Order(1)
	@ConditionalOnProperty(name = "fault", havingValue = "teardown")
	TeardownResource failing() {
		return () -> {
			throw new IllegalStateException("teardown broken");
		};
	}

	@Bean
	@Order(2)
	@ConditionalOnProperty(name = "fault", havingValue = "teardown")
	TeardownResource hanging() {
		return Faults::sleepForGood;
	}

	@Bean
	@ConditionalOnProperty(name = "fault", havingValue = "exit")
	SmartLifecycle exiting() {
		return new StopAction(() -> System.exit(3));
	}

	@Bean
	@ConditionalOnProperty(name = "fault", havingValue = "stop")
	SmartLifecycle hangingStop() {
		return new StopAction(Faults::sleepForGood);
	}

	/** Hangs when it is destroyed. */
	static final class HangingBean {

		void destroy() {
			Faults.sleepForGood();
		}

	}

	/** Acts when it is told of a stage. */
	private static final class StageListener implements ApplicationListener<StageChangedEvent> {

		private final Runnable action;

		StageListener(Runnable action) {
			this.action = action;
		}

		@Override
		public void onApplicationEvent(StageChangedEvent event) {
			this.action.run();
		}

	}

	/** Acts when it is stopped. */
	private static final class StopAction implements SmartLifecycle {

		private final Runnable action;

		private volatile boolean running;

		StopAction(Runnable action) {
			this.action = action;
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.action.run();
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

	}

}
