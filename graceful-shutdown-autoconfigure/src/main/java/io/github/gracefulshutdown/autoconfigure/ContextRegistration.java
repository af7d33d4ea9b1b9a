package io.github.gracefulshutdown.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.env.Environment;

/**
 * Has a context take part in the end of its process, from before its first bean to after
 * its last, whether it comes to life or not.
 */
final class ContextRegistration implements BeanDefinitionRegistryPostProcessor {

	// Without it the starter is not active in the context, for whatever reason.
	private static final String SEQUENCE = "gracefulShutdownSequence";

	private static final String END = "gracefulShutdownEnd";

	private final ConfigurableApplicationContext context;

	private final Class<? extends ApplicationEvent> started;

	private @Nullable Runnable end;

	private ContextRegistration(ConfigurableApplicationContext context, Class<? extends ApplicationEvent> started) {
		this.context = context;
		this.started = started;
	}

	/** Returns the registration of an application of Spring Boot. */
	static ContextRegistration ofApplication(ConfigurableApplicationContext context) {
		return new ContextRegistration(context, ApplicationStartedEvent.class);
	}

	/** Returns the registration of a context that others refresh. */
	static ContextRegistration ofContext(ConfigurableApplicationContext context) {
		return new ContextRegistration(context, ContextRefreshedEvent.class);
	}

	/** Begins before anything of the application runs. */
	@Override
	public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
		if (registry instanceof DefaultListableBeanFactory beanFactory && !isRegistered()) {
			Runnable begun = begin(beanFactory);
			this.end = begun;
			// What is there first goes last.
			beanFactory.registerDisposableBean(END, begun::run);
		}
	}

	private boolean isRegistered() {
		return this.context instanceof AbstractApplicationContext application
				&& application.getBeanFactoryPostProcessors()
					.stream()
					.anyMatch((other) -> other != this && other instanceof ContextRegistration);
	}

	private Runnable begin(ConfigurableListableBeanFactory beanFactory) {
		Timers.acquire();
		if (!OnOwnProcessCondition.isOwnProcess(this.context, this.context.getClassLoader())) {
			this.context.addApplicationListener(new CloseListener(this.context, null));
			return once(Timers::release);
		}
		Environment environment = this.context.getEnvironment();
		ContextShutdown shutdown = new ContextShutdown(this.context, beanFactory, EarlyProperties.of(environment),
				new SystemTimeSource(),
				environment.getProperty("spring.main.register-shutdown-hook", Boolean.class, true));
		ProcessShutdown.ofThisJvm().join(shutdown);
		this.context.addApplicationListener(new CloseListener(this.context, shutdown));
		this.context.addApplicationListener(new Started(this.started, this.context, shutdown));
		return once(() -> {
			ProcessShutdown.ofThisJvm().leave(shutdown);
			Timers.release();
		});
	}

	private static Runnable once(Runnable end) {
		return new Runnable() {

			private boolean ended;

			@Override
			public synchronized void run() {
				if (!this.ended) {
					this.ended = true;
					end.run();
				}
			}

		};
	}

	/** Ends at once if the application does not want the starter after all. */
	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		Runnable begun = this.end;
		if (begun != null && !beanFactory.containsBeanDefinition(SEQUENCE)) {
			begun.run();
		}
	}

	/**
	 * Tells of the close. This is no bean, because of listeners of the same precedence
	 * those that are none hear first: whatever another does, it does later.
	 */
	private record CloseListener(ConfigurableApplicationContext context,
			@Nullable ContextShutdown shutdown) implements ApplicationListener<ContextClosedEvent>, PriorityOrdered {

		@Override
		public int getOrder() {
			return HIGHEST_PRECEDENCE;
		}

		@Override
		public boolean supportsAsyncExecution() {
			return false;
		}

		@Override
		public void onApplicationEvent(ContextClosedEvent event) {
			if (event.getApplicationContext() != this.context) {
				return;
			}
			if (this.shutdown != null) {
				this.shutdown.closedBy(Thread.currentThread());
			}
			if (this.context.getBeanFactory().getSingleton(SEQUENCE) instanceof ShutdownSequence sequence) {
				sequence.contextCloses();
			}
		}

	}

	/** Tells when the context has started, of which the context tells its parents too. */
	private record Started(Class<? extends ApplicationEvent> type, ConfigurableApplicationContext context,
			ContextShutdown shutdown) implements ApplicationListener<ApplicationEvent> {

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
			if (this.type.isInstance(event) && isOfContext(event)) {
				this.shutdown.started();
			}
		}

		private boolean isOfContext(ApplicationEvent event) {
			return (event instanceof ApplicationStartedEvent application)
					? application.getApplicationContext() == this.context : event.getSource() == this.context;
		}

	}

}
