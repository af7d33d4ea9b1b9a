package io.github.gracefulshutdown.autoconfigure.listener;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.autoconfigure.Announcement;
import io.github.gracefulshutdown.autoconfigure.AnnouncementSource;
import io.github.gracefulshutdown.autoconfigure.CreatedBeans;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds what takes work by itself, from a broker or by a schedule. Stopping it is how
 * this instance leaves: others take that work then. All of it is a
 * {@link SmartLifecycle}, so the libraries are known by name alone.
 */
final class ListenerSource implements AnnouncementSource {

	private static final Set<String> TYPES = Set.of("org.springframework.amqp.rabbit.listener.MessageListenerContainer",
			"org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry",
			"org.springframework.jms.config.JmsListenerEndpointRegistry",
			"org.springframework.jms.listener.MessageListenerContainer",
			"org.springframework.kafka.config.KafkaListenerEndpointRegistry",
			"org.springframework.kafka.listener.MessageListenerContainer",
			"org.springframework.scheduling.quartz.SchedulerFactoryBean");

	private final ListableBeanFactory beanFactory;

	private final DrainGate gate;

	private final ShutdownSequence sequence;

	private final Set<String> excluded;

	private final List<Class<?>> types;

	ListenerSource(ListableBeanFactory beanFactory, DrainGate gate, ShutdownSequence sequence, List<String> excluded) {
		this.beanFactory = beanFactory;
		this.gate = gate;
		this.sequence = sequence;
		this.excluded = Set.copyOf(excluded);
		ClassLoader classLoader = beanFactory.getClass().getClassLoader();
		this.types = TYPES.stream()
			.filter((name) -> ClassUtils.isPresent(name, classLoader))
			.<Class<?>>map((name) -> ClassUtils.resolveClassName(name, classLoader))
			.toList();
	}

	@Override
	public List<Announcement> announcements() {
		if (this.types.isEmpty()) {
			return List.of();
		}
		return CreatedBeans.ofType(this.beanFactory, SmartLifecycle.class)
			.entrySet()
			.stream()
			.filter((bean) -> this.types.stream().anyMatch((type) -> type.isInstance(bean.getValue())))
			.filter((bean) -> bean.getValue().isRunning())
			.map((bean) -> new NamedLifecycle(bean.getKey().replace("&", ""), bean.getValue()))
			.filter((bean) -> !this.excluded.contains(bean.name()))
			.flatMap(this::parts)
			.<Announcement>map(this::announcement)
			.toList();
	}

	/**
	 * Returns the listener, or the listeners of a registry if one of them closes the
	 * context: the others are waited for.
	 */
	private Stream<NamedLifecycle> parts(NamedLifecycle bean) {
		List<NamedLifecycle> parts = listenersOf(bean.lifecycle());
		return parts.stream().anyMatch(this::closes) ? parts.stream() : Stream.of(bean);
	}

	private static List<NamedLifecycle> listenersOf(SmartLifecycle registry) {
		Method ids = ReflectionUtils.findMethod(registry.getClass(), "getListenerContainerIds");
		Method byId = ReflectionUtils.findMethod(registry.getClass(), "getListenerContainer", String.class);
		if (ids == null || byId == null || !(ReflectionUtils.invokeMethod(ids, registry) instanceof Set<?> found)) {
			return List.of();
		}
		return found.stream()
			.map((id) -> new NamedLifecycle((String) id,
					(SmartLifecycle) Objects.requireNonNull(ReflectionUtils.invokeMethod(byId, registry, id))))
			.toList();
	}

	private ListenerAnnouncement announcement(NamedLifecycle listener) {
		DrainGate counting = closes(listener) ? null : this.gate;
		return new ListenerAnnouncement(listener.name(), listener.lifecycle(), counting);
	}

	/** The threads of all listeners that are known have their names. */
	private boolean closes(NamedLifecycle listener) {
		return this.sequence.closingThreads().anyMatch((thread) -> thread.getName().startsWith(listener.name() + "-"));
	}

	private record NamedLifecycle(String name, SmartLifecycle lifecycle) {
	}

}
