package io.github.gracefulshutdown.autoconfigure;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;

/**
 * The singletons of a context that exist. To ask for them creates none: what nobody has
 * used needs no release, and what is lazy stays so.
 */
public final class CreatedBeans {

	private CreatedBeans() {
	}

	/**
	 * Returns the singletons of a type, those of ancestors left out. What a lazy factory
	 * makes counts as not created, because there is no way to ask without making it.
	 * @param <T> the type
	 * @param beanFactory the bean factory of the context
	 * @param type the type
	 * @return the beans by name, in their order as Spring has it
	 */
	public static <T> Map<String, T> ofType(ListableBeanFactory beanFactory, Class<T> type) {
		IdentityHashMap<Object, String> names = new IdentityHashMap<>();
		List<T> beans = new ArrayList<>();
		for (String name : beanFactory.getBeanNamesForType(type, false, false)) {
			if (isCreated(beanFactory, name)) {
				T bean = beanFactory.getBean(name, type);
				names.put(bean, name);
				beans.add(bean);
			}
		}
		beans.sort(AnnotationAwareOrderComparator.INSTANCE
			.withSourceProvider((bean) -> orderSources(beanFactory, Objects.requireNonNull(names.get(bean)))));
		Map<String, T> created = new LinkedHashMap<>();
		beans.forEach((bean) -> created.put(Objects.requireNonNull(names.get(bean)), bean));
		return created;
	}

	/** Returns what may say the order of a bean beside its class, as for injection. */
	private static @Nullable Object orderSources(ListableBeanFactory beanFactory, String name) {
		if (!(beanFactory instanceof ConfigurableListableBeanFactory configurable)
				|| !configurable.containsBeanDefinition(name)
				|| !(configurable.getMergedBeanDefinition(name) instanceof RootBeanDefinition definition)) {
			return null;
		}
		return Stream.of(definition.getResolvedFactoryMethod(), definition.getTargetType())
			.filter(Objects::nonNull)
			.toArray();
	}

	private static boolean isCreated(ListableBeanFactory beanFactory, String name) {
		if (!(beanFactory instanceof ConfigurableListableBeanFactory configurable)) {
			return true;
		}
		String singleton = BeanFactoryUtils.transformedBeanName(name);
		return configurable.containsSingleton(singleton)
				&& !(isProduct(configurable, name) && isLazy(configurable, singleton));
	}

	private static boolean isProduct(ConfigurableListableBeanFactory beanFactory, String name) {
		return !BeanFactoryUtils.isFactoryDereference(name) && beanFactory.isFactoryBean(name);
	}

	private static boolean isLazy(ConfigurableListableBeanFactory beanFactory, String name) {
		return beanFactory.containsBeanDefinition(name) && beanFactory.getMergedBeanDefinition(name).isLazyInit();
	}

}
