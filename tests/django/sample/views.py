"""A page with an image, and a form outside the admin."""

from django.contrib.auth.decorators import login_required
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from sample.models import Product

ProductForm = modelform_factory(Product, fields=["title", "photo"])


def show_product(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "sample/product.html", {"product": get_object_or_404(Product, pk=pk)})


@login_required(login_url="/admin/login/")
def add_product(request: HttpRequest) -> HttpResponse:
    form = ProductForm(request.POST or None)
    if form.is_valid():
        return redirect("product", form.save().pk)
    return render(request, "sample/form.html", {"form": form})
