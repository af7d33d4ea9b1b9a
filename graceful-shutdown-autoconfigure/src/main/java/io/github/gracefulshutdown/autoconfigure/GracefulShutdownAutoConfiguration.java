package io.github.gracefulshutdown.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.github.gracefulshutdown.DrainGate;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.util.AntPathMatcher;
import org.springframework.util.ClassUtils;

/** {@link EnableAutoConfiguration Auto-configuration} for graceful shutdown. */
@AutoConfiguration
@ConditionalOnProperty(name = "graceful.shutdown.enabled", matchIfMissing = true)
@EnableConfigurationProperties(GracefulShutdownProperties.class)
public final class GracefulShutdownAutoConfiguration {

	/** What the name of every bean begins with, so that no name of a user collides. */
	static final String BEAN_NAME_PREFIX = "gracefulShutdown";

	private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(2);

	private final GracefulShutdownProperties properties;

	private final Budget budget;

	private final TimeSource time = new SystemTimeSource();

	GracefulShutdownAutoConfiguration(GracefulShutdownProperties properties, Environment environment) {
		Binder binder = Binder.get(environment);
		this.properties = properties;
		this.budget = new Budget(properties, (key) -> binder.bind(key, String.class).isBound());
		new ShutdownPropertiesValidator(binder, this.budget).validate(properties);
	}

	/** Nobody refers to most of these beans, and the promise depends on them. */
	@Bean
	static LazyInitializationExcludeFilter gracefulShutdownEagerBeans() {
		return (name, definition, type) -> name.startsWith(BEAN_NAME_PREFIX);
	}

	@Bean
	TimeSource gracefulShutdownTimeSource() {
		return this.time;
	}

	@Bean
	Budget gracefulShutdownBudget() {
		return this.budget;
	}

	@Bean
	static InstanceId gracefulShutdownInstanceId() {
		return new InstanceId();
	}

	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	DrainGate gracefulShutdownDrainGate() {
		return new DrainGate(new CoarseTime(this.time));
	}

	/**
	 * Prefers the gate of this context to one of another name in a parent, because each
	 * context drains what is its own.
	 */
	@Bean
	static BeanFactoryPostProcessor gracefulShutdownOwnDrainGate() {
		return (beanFactory) -> {
			String[] own = beanFactory.getBeanNamesForType(DrainGate.class, true, false);
			if (beanFactory.getParentBeanFactory() != null && own.length == 1
					&& beanFactory.containsBeanDefinition(own[0])) {
				beanFactory.getBeanDefinition(own[0]).setPrimary(true);
			}
		};
	}

	@Bean
	GuestRunner gracefulShutdownGuestRunner(ConfigurableApplicationContext context) {
		return new GuestRunner(this.time, context.getClassLoader());
	}

	@Bean
	ShutdownState gracefulShutdownState(ConfigurableApplicationContext context, GuestRunner guests) {
		return new ShutdownState(context, this.time, guests, () -> this.budget.times().timeout(),
				this.properties.getTeardown().getTimeout());
	}

	@Bean
	RegistryDeregistrationLifecycle gracefulShutdownRegistryDeregistrationLifecycle(ShutdownState state,
			ConfigurableApplicationContext context, Readiness readiness, GuestRunner guests) {
		return new RegistryDeregistrationLifecycle(state, this.time, context, readiness, guests,
				this.properties.getDeregistration().getTimeout());
	}

	@Bean
	Readiness gracefulShutdownReadiness(ConfigurableApplicationContext context, GuestRunner guests) {
		boolean inPod = Platform.cloud(context.getEnvironment()) == Platform.KUBERNETES;
		return new Readiness(context, guests, this.properties.getReadiness(), inPod ? pod()::termination : null);
	}

	@Bean
	static HeldAvailabilityPostProcessor gracefulShutdownHeldAvailabilityPostProcessor(
			ObjectProvider<Readiness> readiness) {
		return new HeldAvailabilityPostProcessor(readiness);
	}

	private static Pod pod() {
		return new Pod(Path.of("/var/run/secrets/kubernetes.io/serviceaccount"), System.getenv(),
				Duration.ofSeconds(2));
	}

	@Bean
	Probers gracefulShutdownProbers(Readiness readiness) {
		return new Probers(this.time, this.properties.getLameDuck().getHealthChecks(),
				(prober) -> readiness.isKept(prober.isKubelet()));
	}

	@Bean
	RestoredInstanceLifecycle gracefulShutdownRestoredInstanceLifecycle(InstanceId instance, Probers probers,
			ListableBeanFactory beanFactory) {
		return new RestoredInstanceLifecycle(instance, probers, beanFactory);
	}

	@Bean
	ServerPresence gracefulShutdownServerPresence(ConfigurableApplicationContext context) {
		return new ServerPresence(context);
	}

	@Bean
	LameDuckLifecycle gracefulShutdownLameDuckLifecycle(ShutdownState state, DrainGate gate, Probers probers,
			Environment environment, ServerPresence servers) {
		return new LameDuckLifecycle(state, this.time, gate, probers, this.properties.getLameDuck(), this.budget,
				Platform.isCloud(environment) && !isTest(environment), servers);
	}

	/** Returns whether a test runs the application: the platform is that of the build. */
	private static boolean isTest(Environment environment) {
		return environment.containsProperty("org.springframework.boot.test.context.SpringBootTestContextBootstrapper");
	}

	@Bean
	RequestBlockerLifecycle gracefulShutdownRequestBlockerLifecycle(ShutdownState state, DrainGate gate,
			Readiness readiness) {
		return new RequestBlockerLifecycle(state, this.time, gate, readiness);
	}

	@Bean
	EndlessWork gracefulShutdownEndlessWork(GuestRunner guests) {
		return new EndlessWork(this.time, guests, this.properties.getStreams().getPolicy());
	}

	@Bean
	EndlessResponses gracefulShutdownConfiguredEndlessResponses() {
		return new EndlessMediaTypes(this.properties.getStreams().getMediaTypes());
	}

	@Bean
	RequestIntakes gracefulShutdownRequestIntakes(ListableBeanFactory beanFactory, GuestRunner guests) {
		return new RequestIntakes(beanFactory, this.time, guests);
	}

	@Bean
	StalledUploads gracefulShutdownStalledUploads(ShutdownState state, RequestIntakes intakes) {
		return new StalledUploads(state, intakes, this.time);
	}

	@Bean
	ShutdownReporter gracefulShutdownReporter(ConfigurableListableBeanFactory beanFactory, ShutdownState state,
			DrainGate gate, GuestRunner guests) {
		return new ShutdownReporter(beanFactory, state, gate, guests,
				new TerminationMessage(Path.of(this.properties.getTerminationMessagePath())));
	}

	@Bean
	DrainLifecycle gracefulShutdownDrainLifecycle(ShutdownState state, DrainGate gate, EndlessWork endlessWork,
			RequestIntakes intakes, ShutdownReporter reporter, GuestRunner guests) {
		return new DrainLifecycle(state, this.time, gate, endlessWork, intakes, reporter, guests,
				() -> this.budget.times().drain());
	}

	@Bean
	IntakeLifecycle gracefulShutdownIntakeLifecycle(ShutdownState state, RequestIntakes intakes) {
		return new IntakeLifecycle(state, this.time, intakes);
	}

	@Bean
	static PhaseTimeouts gracefulShutdownPhaseTimeouts(Environment environment, ObjectProvider<Budget> budget,
			ObjectProvider<WaitingThreads> waitingThreads) {
		return new PhaseTimeouts(environment, budget, waitingThreads);
	}

	@Bean
	static TrackedThreads gracefulShutdownTrackedThreads(ObjectProvider<GracefulShutdownProperties> properties) {
		return new TrackedThreads(properties);
	}

	@Bean
	ExecutorsLifecycle gracefulShutdownExecutorsLifecycle(ShutdownState state,
			ConfigurableListableBeanFactory beanFactory, WaitingThreads waitingThreads, GuestRunner guests) {
		return new ExecutorsLifecycle(state, this.time, beanFactory, waitingThreads, guests,
				this.properties.getExecutors());
	}

	@Bean
	ResourceTeardownLifecycle gracefulShutdownResourceTeardownLifecycle(ShutdownState state,
			ListableBeanFactory beanFactory, DrainGate gate, GuestRunner guests) {
		return new ResourceTeardownLifecycle(state, this.time, beanFactory, gate, guests,
				this.properties.getTeardown().getTimeout());
	}

	@Bean
	WaitingThreads gracefulShutdownWaitingThreads(DrainGate gate) {
		return new WaitingThreads(gate);
	}

	@Bean
	ShutdownSequence gracefulShutdownSequence(ShutdownState state, DrainGate gate, ServerPresence servers,
			WaitingThreads waitingThreads, RegistryDeregistrationLifecycle deregistration, LameDuckLifecycle lameDuck,
			RequestBlockerLifecycle blocker, DrainLifecycle drain) {
		return new ShutdownSequence(state, this.time, gate, servers, waitingThreads,
				List.of(deregistration, lameDuck, blocker, drain));
	}

	@Bean
	ShutdownPlan gracefulShutdownPlan(ConfigurableApplicationContext context, GuestRunner guests) {
		PlatformReader platform = new PlatformReader(context.getEnvironment(), this.properties.getPlatform(),
				pod()::termination, new SystemdUnit(Path.of("/proc"), new ProcessCommands(COMMAND_TIMEOUT)),
				new ContainerMarks(Path.of("/")));
		StartupChecks checks = new StartupChecks(context.getEnvironment(), context.getBeanFactory(), this.properties,
				this.budget, new ParentProcess(Path.of("/proc")), platform::gracePeriod,
				(name) -> ClassUtils.isPresent(name, context.getClassLoader()));
		return new ShutdownPlan(context, this.properties, this.budget, checks, guests);
	}

	@Bean
	static ContextRegistration gracefulShutdownContextRegistration(ConfigurableApplicationContext context) {
		return ContextRegistration.ofContext(context);
	}

	@Bean
	@Conditional(OnOwnProcessCondition.class) // a container ends by itself
	ShutdownParts gracefulShutdownParts(ConfigurableApplicationContext context, ShutdownState state,
			ShutdownSequence sequence, ShutdownReporter reporter, ResourceTeardownLifecycle teardown) {
		ShutdownParts parts = new ShutdownParts(state, reporter, sequence::drainAhead, teardown::releaseLate);
		ContextShutdown shutdown = ProcessShutdown.ofThisJvm().find(context);
		if (shutdown != null) {
			shutdown.attach(parts);
		}
		return parts;
	}

	@Bean
	SystemdNotifier gracefulShutdownSystemdNotifier(Environment environment, ShutdownState state, GuestRunner guests) {
		return new SystemdNotifier(environment, state, guests, new ProcessCommands(COMMAND_TIMEOUT));
	}

	@Bean
	ExemptPaths gracefulShutdownConfiguredExemptPaths() {
		AntPathMatcher matcher = new AntPathMatcher();
		List<String> patterns = List.copyOf(this.properties.getExemptPaths());
		return (path) -> {
			for (String pattern : patterns) {
				if (matcher.match(pattern, path)) {
					return true;
				}
			}
			return false;
		};
	}

}
