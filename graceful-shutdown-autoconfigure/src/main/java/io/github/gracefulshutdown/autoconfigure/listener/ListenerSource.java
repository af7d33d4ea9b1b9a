package io.github.gracefulshutdown.autoconfigure.listener;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.autoconfigure.Announcement;
import io.github.gracefulshutdown.autoconfigure.AnnouncementSource;
import io.github.gracefulshutdown.autoconfigure.CreatedBeans;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import org.jspecify.annotations.Nullable;

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
			.map(this::announcement)
			.toList();
	}

	private Announcement announcement(NamedLifecycle bean) {
		List<NamedLifecycle> listeners = listenersOf(bean.lifecycle());
		return (listeners != null)
				? new RegistryAnnouncement(bean.name(), listeners.stream().map(this::ofListener).toList())
				: ofListener(bean);
	}

	private ListenerAnnouncement ofListener(NamedLifecycle listener) {
		return new ListenerAnnouncement(listener.name(), listener.lifecycle(), this.gate, this.sequence::whenWaiting);
	}

	/** Returns the listeners that run, or {@code null} if it is no registry of any. */
	private static @Nullable List<NamedLifecycle> listenersOf(SmartLifecycle bean) {
		Method ids = ReflectionUtils.findMethod(bean.getClass(), "getListenerContainerIds");
		Method byId = ReflectionUtils.findMethod(bean.getClass(), "getListenerContainer", String.class);
		if (ids == null || byId == null || !(ReflectionUtils.invokeMethod(ids, bean) instanceof Set<?> found)) {
			return null;
		}
		return found.stream()
			.map((id) -> new NamedLifecycle((String) id,
					(SmartLifecycle) Objects.requireNonNull(ReflectionUtils.invokeMethod(byId, bean, id))))
			.filter((listener) -> listener.lifecycle().isRunning())
			.toList();
	}

	private record NamedLifecycle(String name, SmartLifecycle lifecycle) {
	}

}
